-- What the lifecycle could not place, or placed against its rules.
with

found as (

    -- R1
    select
        'unmapped_stage' as reason,
        'warning' as severity,
        true as is_excluded,
        source_system,
        source_object,
        source_record_id,
        'lead status = ' || source_value as detail
    from {{ ref('int_lifecycle__status_events') }}
    where stage is null

    union all

    select
        'unmapped_stage' as reason,
        'info' as severity,
        false as is_excluded,
        source_system,
        source_object,
        source_record_id,
        'opportunity stage = ' || source_value as detail
    from {{ ref('int_lifecycle__opportunity_events') }}
    where is_unmapped and source_value is not null

    union all

    -- HubSpot's lifecycle stage is a high-water mark
    select
        'stage_set_back' as reason,
        'info' as severity,
        true as is_excluded,
        source_system,
        source_object,
        source_record_id,
        'status = ' || source_value || ' is below the furthest lifecycle stage' as detail
    from {{ ref('int_lifecycle__status_histories_ordered') }}
    where is_set_back

    union all

    select
        'not_the_authority' as reason,
        'info' as severity,
        true as is_excluded,
        source_system,
        source_object,
        source_record_id,
        stage || ' is for ' || authority || ' to say, which knows the lead' as detail
    from {{ ref('int_lifecycle__status_events_judged') }}
    where not is_authoritative

    union all

    -- R12
    select distinct
        'impossible_time' as reason,
        'warning' as severity,
        false as is_excluded,
        source_system,
        source_object,
        source_record_id,
        to_stage || ' at ' || cast(occurred_at as {{ dbt.type_string() }})
        || ' is before the creation of its record' as detail
    from {{ ref('int_lifecycle__stage_events') }}
    where has_time_anomaly

    union all

    -- R6
    select
        'event_after_close' as reason,
        'info' as severity,
        true as is_excluded,
        source_system,
        source_object,
        source_record_id,
        stage || ' at ' || cast(occurred_at as {{ dbt.type_string() }})
        || ' comes after its cycle closed and opens no other' as detail
    from {{ ref('int_lifecycle__cycle_events') }}
    where is_after_close

    union all

    -- R13
    select
        'status_disagrees_with_history' as reason,
        'warning' as severity,
        false as is_excluded,
        records.source_system,
        records.source_object,
        records.source_record_id,
        'status = ' || records.status || ', last in history: ' || histories.source_value as detail
    from {{ ref('int_lifecycle__status_histories_ordered') }} as histories
    inner join {{ ref('int_identity__lead_records') }} as records
        on histories.record_key = records.record_key
    where
        histories.recency = 1
        and lower(trim(records.status)) != lower(trim(histories.source_value))

    union all

    select
        'status_disagrees_with_history' as reason,
        'warning' as severity,
        false as is_excluded,
        opportunities.source_system,
        opportunities.source_object,
        opportunities.source_record_id,
        'is ' || opportunities.opportunity_state || ', last in history: ' || histories.stage
            as detail
    from {{ ref('int_lifecycle__opportunity_histories_ordered') }} as histories
    inner join {{ ref('int_revenue__opportunities_unioned') }} as opportunities
        on histories.opportunity_key = opportunities.opportunity_key
    where
        histories.recency = 1
        -- what held at the creation is no row of history
        and histories.chain_position >= 0
        and opportunities.opportunity_state != histories.stage

)

select * from found
