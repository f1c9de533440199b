{{ config(**built_by_key('lead', 'lead_key')) }}
-- The events of each lead in one line: its own and those of its opportunities (rules R2, R12).
with

status_events as (

    select * from {{ ref('int_lifecycle__status_events_judged') }}
    where stage is not null and is_authoritative and {{ is_changed('lead', 'lead_key') }}

),

member_events as (

    select * from {{ ref('int_lifecycle__member_events') }}
    where {{ is_changed('lead', 'lead_key') }}

),

leads as (

    select * from {{ ref('int_identity__leads') }}
    where created_at is not null

),

stages as (

    select * from {{ ref('lifecycle_stages') }}

),

events as (

    select
        status_events.lead_key,
        status_events.record_key as of_key,
        cast(null as bigint) as opportunity_key,
        status_events.is_creation as is_lead_creation,
        false as is_opportunity_creation,
        0 as lost_change,
        0 as won_change,
        status_events.source_system,
        status_events.source_object,
        status_events.source_record_id,
        status_events.stage,
        status_events.occurred_at,
        status_events.time_precision,
        status_events.is_inferred,
        status_events.occurred_at < leads.created_at as has_time_anomaly,
        status_events.occurred_at < leads.created_at as is_older,
        status_events.occurred_at as line_at,
        false as is_behind,
        status_events.occurred_at as happened_at,
        status_events.chain_position,
        status_events.is_source_deleted
    from status_events
    inner join leads on status_events.lead_key = leads.lead_key

    union all

    select
        lead_key,
        opportunity_key as of_key,
        opportunity_key,
        false as is_lead_creation,
        is_opportunity_creation,
        lost_change,
        won_change,
        source_system,
        source_object,
        source_record_id,
        stage,
        occurred_at,
        time_precision,
        is_inferred,
        has_time_anomaly,
        is_older,
        line_at,
        is_behind,
        happened_at,
        chain_position,
        is_source_deleted
    from member_events

),

ranked as (

    select
        events.*,
        stages.stage_rank,
        stages.closes_cycle,
        {{ tie_rank('events.lead_key, events.of_key', 'events', 'happened_at') }} as tie_rank
    from events
    inner join stages on events.stage = stages.stage

),

-- by time, so that what is said to be older than the lead stands right behind its creation
indexed as (

    select
        *,
        row_number() over (
            partition by lead_key
            order by
                case when is_lead_creation then 0 else 1 end, line_at, is_behind, happened_at,
                tie_rank, chain_position, stage_rank, is_inferred,
                {{ source_priority('source_system') }}, source_system, source_object,
                source_record_id, opportunity_key nulls first
        ) as event_index
    from ranked

),

final as (

    select
        lead_key,
        opportunity_key,
        is_opportunity_creation,
        lost_change,
        won_change,
        source_system,
        source_object,
        source_record_id,
        stage,
        stage_rank,
        closes_cycle,
        occurred_at,
        time_precision,
        is_inferred,
        has_time_anomaly,
        is_source_deleted,
        event_index,
        -- the event by which it belongs to a cycle: its own place, or that of its opportunity's
        -- creation; what is older than the lead is of the cycle that the lead's creation opens
        case
            when opportunity_key is not null
                then
                    min(case when is_older then 1 else event_index end)
                        over (partition by lead_key, opportunity_key)
            when is_older then 1
            else event_index
        end as membership_index
    from indexed

)

select * from final
