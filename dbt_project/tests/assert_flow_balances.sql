-- In = out + in stock: a month opens with what the one before closed with, every visit came in
-- once, and the last stock is the leads that stand in the stage.
with

flow as (

    select
        flow_month,
        stage,
        opening_count,
        closing_count,
        coalesce(
            lag(closing_count) over (partition by stage order by flow_month), 0
        ) as previous_closing_count,
        lead(flow_month) over (partition by stage order by flow_month) as next_month
    from {{ ref('rpt_pipeline_flow') }}

),

totals as (

    select
        stage,
        sum(entered_count + inferred_entered_count) as in_count
    from {{ ref('rpt_pipeline_flow') }}
    group by stage

),

visits as (

    select
        visits.stage,
        count(*) as visit_count,
        count(case when coalesce(visits.booked_out_at > clock.as_of, true) then 1 end)
            as standing_count
    from {{ ref('fct_lead_stage_visits') }} as visits
    cross join {{ ref('int_clock') }} as clock
    where visits.cycle_type = 'new' and visits.booked_in_at <= clock.as_of
    group by visits.stage

)

select
    stages.stage,
    flow.flow_month,
    flow.opening_count,
    flow.previous_closing_count,
    flow.closing_count,
    totals.in_count,
    visits.visit_count,
    visits.standing_count
from {{ ref('lifecycle_stages') }} as stages
left join flow on stages.stage = flow.stage
left join totals on stages.stage = totals.stage
left join visits on stages.stage = visits.stage
where
    stages.stage_rank < 60
    and (
        flow.opening_count != flow.previous_closing_count
        or coalesce(totals.in_count, 0) != coalesce(visits.visit_count, 0)
        or (flow.next_month is null and flow.closing_count != coalesce(visits.standing_count, 0))
    )
