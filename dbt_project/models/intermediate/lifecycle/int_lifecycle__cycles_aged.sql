{% set age = days_between('cycles.started_at', 'clock.as_of') %}
{% set days_in_stage = days_between('cycles.current_stage_entered_at', 'clock.as_of') %}

-- How long open cycles have been open and in their stage, and which of them are stalled: longer
-- in the stage than nine in ten of the cycles that were won. Why closed ones ended without a win.
with

cycles as (

    select * from {{ ref('int_lifecycle__cycles') }}

),

clock as (

    select * from {{ ref('int_clock') }}

),

exits as (

    select * from {{ ref('int_lifecycle__cycle_exits') }}

),

won_visits as (

    select
        visits.stage,
        percentile_cont(0.9) within group (order by visits.visit_days) as p90_days
    from {{ ref('int_lifecycle__stage_visits') }} as visits
    inner join cycles
        on visits.lead_key = cycles.lead_key and visits.cycle_number = cycles.cycle_number
    where cycles.outcome = 'won' and visits.is_measurable and visits.visit_days is not null
    group by visits.stage

),

final as (

    select
        cycles.lead_key,
        cycles.cycle_number,
        case when cycles.is_open then greatest({{ age }}, 0) end as age_days,
        case when cycles.is_open then greatest({{ days_in_stage }}, 0) end
            as days_in_current_stage,
        exits.exit_reason,
        cycles.is_open
        and coalesce({{ days_in_stage }} > won_visits.p90_days, false) as is_stalled
    from cycles
    cross join clock
    left join won_visits on cycles.current_stage = won_visits.stage
    left join exits
        on cycles.lead_key = exits.lead_key and cycles.cycle_number = exits.cycle_number

)

select * from final
