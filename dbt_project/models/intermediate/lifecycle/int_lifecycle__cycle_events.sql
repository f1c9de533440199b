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
        count(cycle_starts.lead_key) over (
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

-- events of an opportunity stay in the cycle that was open when it was created, what is older than
-- the lead in the one that the lead's creation opens
placed as (

    select
        *,
        case
            when membership_index = 1 then 1
            when opportunity_key is null then open_cycle_number
            else min(open_cycle_number) over (partition by lead_key, opportunity_key)
        end as cycle_number
    from own_cycles

),

moved as (

    select * from {{ cycle_moves('placed', 'lead_key, cycle_number') }} as moves

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
        is_overruled,
        -- it comes after the close, opens no cycle and moves nobody
        is_free and close_index is not null as is_after_close
    from moved

)

select * from final
