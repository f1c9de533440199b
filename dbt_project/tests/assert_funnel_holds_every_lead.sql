-- Every cycle of type new is in one cohort, under every stage and horizon.
with

cycles as (

    select count(*) as cycle_count
    from {{ ref('fct_lead_lifecycle') }}
    where cycle_type = 'new' and entered_inquiry_at is not null

),

cells as (

    select
        stage,
        horizon_days,
        sum(entered_count) as entered_count
    from {{ ref('rpt_funnel_by_cohort') }}
    group by stage, horizon_days

)

select
    cells.stage,
    cells.horizon_days,
    cells.entered_count,
    cycles.cycle_count
from cells
cross join cycles
where cells.entered_count != cycles.cycle_count
