-- The weeks of a stage hold every observed entry from the first whole week to the last day, once.
with

report as (

    select
        stage,
        sum(entered_count) as entered_count,
        {{ add_days('min(week_ending_date)', -6) }} as first_day,
        max(week_ending_date) as last_day
    from {{ ref('rpt_lead_ticker') }}
    group by stage

),

entries as (

    select
        visits.stage,
        count(*) as entered_count
    from {{ ref('fct_lead_stage_visits') }} as visits
    inner join report on visits.stage = report.stage
    where
        visits.cycle_type = 'new'
        and not visits.is_inferred
        and {{ org_date('visits.booked_in_at') }} between report.first_day and report.last_day
    group by visits.stage

)

select
    report.stage,
    report.entered_count,
    entries.entered_count as counted_again
from report
left join entries on report.stage = entries.stage
where report.entered_count != coalesce(entries.entered_count, 0)
