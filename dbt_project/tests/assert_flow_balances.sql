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
    flow.stage,
    flow.flow_month,
    flow.opening_count,
    flow.previous_closing_count,
    flow.closing_count,
    totals.in_count,
    visits.visit_count,
    visits.standing_count
from flow
inner join totals on flow.stage = totals.stage
left join visits on flow.stage = visits.stage
where
    flow.opening_count != flow.previous_closing_count
    or totals.in_count != coalesce(visits.visit_count, 0)
    or (flow.next_month is null and flow.closing_count != coalesce(visits.standing_count, 0))
