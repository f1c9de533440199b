{{ config(**tracked(['opportunity_key', 'event_number'], {'opportunity': 'opportunity_key'})) }}
-- The states of each opportunity in order: created, won, lost, reopened; one row per change
-- (rules R9, R12, R13).
with

opportunities as (

    select * from {{ ref('int_revenue__opportunities_unioned') }}

),

histories as (

    select * from {{ ref('int_lifecycle__opportunity_histories_ordered') }}

),

recorded as (

    select distinct
        opportunity_key,
        occurred_at
    from histories
    where chain_position >= 0

),

events as (

    select
        opportunity_key,
        source_object,
        source_record_id,
        source_value,
        mapped_stage is null as is_unmapped,
        stage,
        opportunity_amount,
        occurred_at,
        time_precision,
        is_inferred,
        chain_position
    from histories

    union all

    -- the creation is an observed time; it adds an event where no history row has that second
    select
        opportunities.opportunity_key,
        opportunities.source_object,
        opportunities.source_record_id,
        cast(null as {{ dbt.type_string() }}) as source_value,
        false as is_unmapped,
        'opportunity' as stage,
        cast(null as decimal(18, 2)) as opportunity_amount,
        opportunities.created_at as occurred_at,
        'second' as time_precision,
        false as is_inferred,
        -2 as chain_position
    from opportunities
    left join recorded
        on
            opportunities.opportunity_key = recorded.opportunity_key
            and opportunities.created_at = recorded.occurred_at
    where recorded.opportunity_key is null

    union all

    -- the present state, where history does not say it, comes last
    select
        opportunity_key,
        source_object,
        source_record_id,
        source_value,
        false as is_unmapped,
        stage,
        opportunity_amount,
        occurred_at,
        time_precision,
        is_inferred,
        2000 as chain_position
    from {{ ref('int_lifecycle__opportunity_closes') }}

),

placed as (

    select
        events.*,
        opportunities.source_system,
        opportunities.is_source_deleted,
        events.occurred_at < opportunities.created_at as has_time_anomaly,
        greatest(events.occurred_at, opportunities.created_at) as order_at,
        {{ tie_rank('events.opportunity_key', 'events') }} as tie_rank,
        stages.stage_rank
    from events
    inner join opportunities on events.opportunity_key = opportunities.opportunity_key
    inner join {{ ref('lifecycle_stages') }} as stages on events.stage = stages.stage

),

ordered as (

    select
        *,
        lag(stage) over by_event as previous_stage,
        row_number() over by_event as event_number
    from placed
    window by_event as (
        partition by opportunity_key
        order by
            order_at, has_time_anomaly, occurred_at, tie_rank, chain_position, stage_rank,
            is_inferred, source_object, source_record_id
    )

),

final as (

    select
        opportunity_key,
        source_system,
        source_object,
        source_record_id,
        event_number,
        event_number = 1 as is_creation,
        previous_stage,
        stage,
        source_value,
        is_unmapped,
        opportunity_amount,
        occurred_at,
        order_at,
        time_precision,
        is_inferred,
        has_time_anomaly,
        is_source_deleted,
        -- amounts change without a change of state
        previous_stage is null or previous_stage != stage as is_state_change,
        -- place among the changes of state of its second
        row_number() over (
            partition by
                opportunity_key, occurred_at, coalesce(previous_stage != stage, true)
            order by event_number
        ) - 1 as chain_position
    from ordered

)

select * from final
