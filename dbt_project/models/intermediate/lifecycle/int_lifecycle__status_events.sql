{{ config(**built_by_key('lead', 'lead_key')) }}

-- What the lead records themselves say about their stage: one row per event of a record (rules
-- R0, R1, R13).
with

lead_records as (

    select * from {{ ref('int_identity__lead_records') }}
    where {{ is_changed('lead', 'lead_key') }}

),

histories as (

    select
        histories.*,
        lead_records.created_at
    from {{ ref('int_lifecycle__status_histories_ordered') }} as histories
    inner join lead_records on histories.record_key = lead_records.record_key

),

events as (

    -- R0: the creation of a lead
    select
        record_key,
        source_system,
        source_object,
        source_record_id,
        'inquiry' as source_value,
        created_at as occurred_at,
        'second' as time_precision,
        false as is_inferred,
        true as is_creation,
        -2 as chain_position
    from lead_records
    where age_rank = 1 and created_at is not null

    union all

    select
        record_key,
        source_system,
        source_object,
        source_record_id,
        source_value,
        occurred_at,
        'second' as time_precision,
        is_inferred,
        false as is_creation,
        chain_position
    from histories
    where not is_set_back

    union all

    -- R13: history reaches back only so far; the first row's old value held since the creation,
    -- and until that row also where both are of one second
    select
        record_key,
        source_system,
        source_object,
        source_record_id,
        old_value as source_value,
        created_at as occurred_at,
        'second' as time_precision,
        true as is_inferred,
        false as is_creation,
        -1 as chain_position
    from histories
    where history_number = 1 and old_value is not null and created_at <= occurred_at

    union all

    -- R13: no history at all, so the present status is all there is
    select
        record_key,
        source_system,
        source_object,
        source_record_id,
        source_value,
        occurred_at,
        time_precision,
        true as is_inferred,
        false as is_creation,
        0 as chain_position
    from {{ ref('int_lifecycle__present_statuses') }}

),

valued as (

    select * from events
    where source_value is not null

),

mapped as (

    select *
    from {{ map_value(
        'valued', ref('stage_mapping'), 'stage', 'stage', 'source_value', 'lead'
    ) }} as mapped

),

final as (

    select
        lead_records.lead_key,
        mapped.record_key,
        mapped.source_system,
        mapped.source_object,
        mapped.source_record_id,
        mapped.source_value,
        mapped.stage,
        mapped.occurred_at,
        mapped.time_precision,
        mapped.is_inferred,
        mapped.is_creation,
        mapped.chain_position,
        lead_records.is_source_deleted or lead_records.merged_into_key is not null
            as is_source_deleted
    from mapped
    inner join lead_records on mapped.record_key = lead_records.record_key

)

select * from final
