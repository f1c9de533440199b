{{ config(**tracked(
    'record_key', {'lead': 'lead_key'}, [['source_system', 'source_object', 'source_record_id']]
)) }}

-- Each record's lead: the connected component, named after its oldest record.
with

records as (

    select * from {{ ref('int_identity__person_records_unioned') }}

),

components as (

    select
        record_key,
        record_count > {{ var('identity_max_records') }} as is_over_merged,
        -- an over-merge is refused: each of its records stays by itself
        case
            when record_count > {{ var('identity_max_records') }} then record_key
            else component_key
        end as component_key
    from {{ ref('int_identity__components') }}

),

ranked as (

    select
        records.*,
        components.component_key,
        components.is_over_merged,
        row_number() over (
            partition by components.component_key
            order by
                records.created_at nulls last, records.source_system, records.source_object,
                records.source_record_id
        ) as age_rank
    from records
    inner join components on records.record_key = components.record_key

),

final as (

    select
        *,
        max(case when age_rank = 1 then record_key end)
            over (partition by component_key) as lead_key
    from ranked

)

select * from final
