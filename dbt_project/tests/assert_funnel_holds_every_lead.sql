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

),

horizons as (

    {% for days in var('funnel_horizon_days') -%}
    select {{ days }} as horizon_days
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select
    stages.stage,
    horizons.horizon_days,
    cells.entered_count,
    cycles.cycle_count
from {{ ref('lifecycle_stages') }} as stages
cross join horizons
cross join cycles
left join cells
    on stages.stage = cells.stage and horizons.horizon_days = cells.horizon_days
where stages.stage != 'inquiry' and coalesce(cells.entered_count, 0) != cycles.cycle_count
