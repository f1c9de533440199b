{{ config(**built_by_key('lead', 'lead_key')) }}

-- How long each visit to a stage took; open visits have no end yet.
with

stage_events as (

    select * from {{ ref('int_lifecycle__stage_events') }}
    where {{ is_changed('lead', 'lead_key') }}

),

sequenced as (

    select
        *,
        lead(occurred_at) over in_cycle as left_at,
        lead(is_inferred) over in_cycle as is_departure_inferred,
        lead(has_time_anomaly) over in_cycle as has_departure_anomaly,
        lead(to_stage) over in_cycle as next_stage,
        lead(direction) over in_cycle as departure,
        -- a stage is not entered before the one that stands before it was
        max(occurred_at) over (
            partition by lead_key, cycle_number
            order by event_number
            rows unbounded preceding
        ) as booked_in_at
    from stage_events
    window in_cycle as (partition by lead_key, cycle_number order by event_number)

),

final as (

    select
        lead_key,
        cycle_number,
        event_number,
        to_stage as stage,
        occurred_at as entered_at,
        left_at,
        -- an inferred entry has no time of its own, an impossible one no usable time: neither
        -- is velocity
        not is_inferred
        and not has_time_anomaly
        and coalesce(not is_departure_inferred and not has_departure_anomaly, true)
            as is_measurable,
        case when left_at >= occurred_at then {{ days_between('occurred_at', 'left_at') }} end
            as visit_days,
        is_inferred,
        opportunity_key,
        next_stage,
        departure,
        booked_in_at,
        case when left_at is not null then greatest(booked_in_at, left_at) end as booked_out_at
    from sequenced

)

select * from final
