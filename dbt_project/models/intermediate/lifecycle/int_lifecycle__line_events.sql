{{ config(**built_by_key('lead', 'lead_key')) }}

-- The events of each lead in one line: its own and those of its opportunities (rules R2, R8, R12).
with

status_events as (

    select * from {{ ref('int_lifecycle__status_events_judged') }}
    where stage is not null and is_authoritative and {{ is_changed('lead', 'lead_key') }}

),

opportunity_events as (

    select * from {{ ref('int_lifecycle__opportunity_events') }}
    where is_state_change

),

buying_groups as (

    select * from {{ ref('int_revenue__buying_groups') }}
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
        status_events.record_key,
        cast(null as bigint) as opportunity_key,
        false as is_opportunity_creation,
        0 as lost_change,
        status_events.source_system,
        status_events.source_object,
        status_events.source_record_id,
        status_events.stage,
        status_events.occurred_at,
        greatest(status_events.occurred_at, leads.created_at) as order_at,
        status_events.time_precision,
        status_events.is_inferred,
        status_events.occurred_at < leads.created_at as has_time_anomaly,
        status_events.chain_position,
        status_events.is_source_deleted
    from status_events
    inner join leads on status_events.lead_key = leads.lead_key

    union all

    select
        buying_groups.lead_key,
        cast(null as bigint) as record_key,
        opportunity_events.opportunity_key,
        opportunity_events.is_creation as is_opportunity_creation,
        case when opportunity_events.stage = 'lost' then 1 else 0 end
        - case when opportunity_events.previous_stage = 'lost' then 1 else 0 end as lost_change,
        opportunity_events.source_system,
        opportunity_events.source_object,
        opportunity_events.source_record_id,
        opportunity_events.stage,
        -- R8: who joins an open opportunity later enters it at their own creation
        case
            when opportunity_events.stage = 'opportunity'
                then greatest(opportunity_events.occurred_at, leads.created_at)
            else opportunity_events.occurred_at
        end as occurred_at,
        greatest(opportunity_events.order_at, leads.created_at) as order_at,
        opportunity_events.time_precision,
        opportunity_events.is_inferred
        or (
            opportunity_events.stage = 'opportunity'
            and opportunity_events.occurred_at < leads.created_at
        ) as is_inferred,
        opportunity_events.has_time_anomaly
        or (
            opportunity_events.stage != 'opportunity'
            and opportunity_events.occurred_at < leads.created_at
        ) as has_time_anomaly,
        0 as chain_position,
        opportunity_events.is_source_deleted
    from opportunity_events
    inner join buying_groups on opportunity_events.opportunity_key = buying_groups.opportunity_key
    inner join leads on buying_groups.lead_key = leads.lead_key

),

ordered as (

    select
        events.*,
        stages.stage_rank,
        stages.closes_cycle,
        -- among events of one second, a chained history row stands behind the rows it continues
        case
            when events.chain_position = 0 then stages.stage_rank
            else max(stages.stage_rank) over chain
        end as tie_rank
    from events
    inner join stages on events.stage = stages.stage
    window chain as (
        partition by events.record_key, events.occurred_at order by events.chain_position
    )

),

indexed as (

    select
        *,
        row_number() over (
            partition by lead_key
            order by
                order_at, has_time_anomaly, occurred_at, tie_rank, chain_position, stage_rank,
                is_inferred, {{ source_priority('source_system') }}, source_system,
                source_object, source_record_id, opportunity_key nulls first
        ) as event_index
    from ordered

),

final as (

    select
        *,
        -- the event by which it belongs to a cycle: its own place, or that of its opportunity's
        -- creation
        case
            when opportunity_key is null then event_index
            else min(event_index) over (partition by lead_key, opportunity_key)
        end as membership_index
    from indexed

)

select * from final
