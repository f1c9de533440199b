-- The weeks of a stage hold every observed entry from the first whole week to the last day, once.
with

visits as (

    select
        stage,
        {{ org_date('booked_in_at') }} as entry_day
    from {{ ref('fct_lead_stage_visits') }}
    where cycle_type = 'new' and not is_inferred

),

bounds as (

    select
        {{ add_days(org_date(add_seconds('clock.as_of', 1)), -1) }} as last_day,
        -- the calendar does not reach back to everything
        greatest(
            min(visits.entry_day),
            (select {{ add_days('min(dates.date_day)', -6) }} from {{ ref('dim_dates') }} as dates)
        ) as first_day
    from visits
    cross join {{ ref('int_clock') }} as clock
    group by clock.as_of

),

spans as (

    select
        last_day,
        -- as many days as whole weeks have
        {{ add_days('last_day', '1 - 7 * floor((' ~ days_between(
            'cast(first_day as timestamp)', 'cast(last_day as timestamp)'
        ) ~ ' + 1) / 7)') }} as first_day
    from bounds

),

entries as (

    select
        visits.stage,
        count(*) as entered_count
    from visits
    inner join spans on visits.entry_day between spans.first_day and spans.last_day
    group by visits.stage

),

report as (

    select
        stage,
        sum(entered_count) as entered_count
    from {{ ref('rpt_lead_ticker') }}
    group by stage

)

select
    stages.stage,
    report.entered_count,
    entries.entered_count as counted_again
from {{ ref('lifecycle_stages') }} as stages
left join report on stages.stage = report.stage
left join entries on stages.stage = entries.stage
where
    stages.stage_rank <= 60
    and coalesce(report.entered_count, 0) != coalesce(entries.entered_count, 0)
