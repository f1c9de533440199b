{{ config(**built_by_key('lead', 'lead_key')) }}

-- Each event of a line in its cycle, and whether it moves the lead (rules R3, R6, R7).
with

line_events as (

    select * from {{ ref('int_lifecycle__line_events') }}
    where {{ is_changed('lead', 'lead_key') }}

),

cycle_starts as (

    select * from {{ cycle_starts('line_events') }} as starts

),

own_cycles as (

    select
        line_events.*,
        sum(case when cycle_starts.lead_key is null then 0 else 1 end) over (
            partition by line_events.lead_key
            order by line_events.event_index
            rows unbounded preceding
        ) as open_cycle_number
    from line_events
    left join cycle_starts
        on
            line_events.lead_key = cycle_starts.lead_key
            and line_events.event_index = cycle_starts.start_index

),

-- events of an opportunity stay in the cycle that was open when it was created
placed as (

    select
        *,
        case
            when opportunity_key is null then open_cycle_number
            else min(open_cycle_number) over (partition by lead_key, opportunity_key)
        end as cycle_number
    from own_cycles

),

counted as (

    select
        *,
        sum(case when is_opportunity_creation then 1 else 0 end) over by_cycle as created_count,
        sum(lost_change) over by_cycle as lost_count
    from placed
    window by_cycle as (
        partition by lead_key, cycle_number
        order by event_index
        rows unbounded preceding
    )

),

closed as (

    select
        *,
        -- a loss counts only when it leaves all opportunities of the cycle lost
        opportunity_key is not null
        and stage = 'lost'
        and created_count != lost_count as is_partial_loss,
        min(case
            when opportunity_key is null and closes_cycle then event_index
            when opportunity_key is not null and stage = 'customer' then event_index
            when
                opportunity_key is not null and stage = 'lost' and created_count = lost_count
                then event_index
        end) over (partition by lead_key, cycle_number) as close_index
    from counted

),

final as (

    select
        lead_key,
        cycle_number,
        event_index,
        opportunity_key,
        is_opportunity_creation,
        source_system,
        source_object,
        source_record_id,
        stage,
        stage_rank,
        occurred_at,
        time_precision,
        is_inferred,
        has_time_anomaly,
        is_source_deleted,
        is_partial_loss,
        -- after a cycle's close only its opportunities move it; the rest opens a cycle or
        -- changes nothing
        opportunity_key is null and coalesce(event_index > close_index, false) as is_after_close
    from closed

)

select * from final
