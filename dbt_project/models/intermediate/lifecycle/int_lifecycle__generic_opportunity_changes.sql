{{ config(enabled=uses('generic')) }}

-- Stages of opportunities from the generic source: its history, and what its first row replaced.
with

changes as (

    select
        source_system,
        source_record_id,
        {{ record_key('source_system', 'opportunity', 'object_id') }} as opportunity_key,
        stage as source_value,
        old_stage as old_value,
        opportunity_amount,
        occurred_at
    from {{ ref('stg_generic__stage_events') }}
    where object_type = 'opportunity' and not is_source_deleted

),

opportunities as (

    select
        {{ record_key('source_system', 'opportunity', 'source_record_id') }} as opportunity_key,
        created_at
    from {{ ref('stg_generic__opportunities') }}

),

ordered as (

    select
        *,
        row_number() over (
            partition by opportunity_key order by occurred_at, chain_position, change_number
        ) as history_number
    from {{ chained_changes('changes', 'opportunity_key') }} as chained

),

final as (

    select
        source_system,
        source_record_id,
        opportunity_key,
        source_value,
        opportunity_amount,
        occurred_at,
        false as is_inferred,
        chain_position
    from ordered

    union all

    -- R13: history reaches back only so far; the first row's old value held since the creation
    select
        ordered.source_system,
        ordered.source_record_id,
        ordered.opportunity_key,
        ordered.old_value as source_value,
        cast(null as decimal(18, 2)) as opportunity_amount,
        opportunities.created_at as occurred_at,
        true as is_inferred,
        -1 as chain_position
    from ordered
    inner join opportunities on ordered.opportunity_key = opportunities.opportunity_key
    where
        ordered.history_number = 1
        and ordered.old_value is not null
        and ordered.occurred_at >= opportunities.created_at

)

select * from final
