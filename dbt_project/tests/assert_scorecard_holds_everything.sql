-- Every win, every opportunity and every lead is in one quarter, with its money.
with

opportunities as (

    select
        count(*) as created_count,
        count(case when is_won then 1 end) as booked_count,
        coalesce(sum(first_amount), 0) as created_amount,
        coalesce(sum(case when is_won then opportunity_amount end), 0) as booked_amount
    from {{ ref('fct_opportunities') }}
    where is_sales_pipeline

),

leads as (

    select count(*) as lead_count
    from {{ ref('fct_lead_lifecycle') }}
    where cycle_type = 'new' and entered_inquiry_at is not null

),

report as (

    select
        coalesce(sum(created_count), 0) as created_count,
        coalesce(sum(booked_count), 0) as booked_count,
        coalesce(sum(created_amount), 0) as created_amount,
        coalesce(sum(booked_amount), 0) as booked_amount,
        coalesce(sum(lead_count), 0) as lead_count
    from {{ ref('rpt_horizon_scorecard') }}

)

select
    report.*,
    opportunities.created_count as expected_created_count,
    opportunities.booked_amount as expected_booked_amount,
    leads.lead_count as expected_lead_count
from report
cross join opportunities
cross join leads
where
    report.created_count != opportunities.created_count
    or report.booked_count != opportunities.booked_count
    or report.created_amount != opportunities.created_amount
    or report.booked_amount != opportunities.booked_amount
    or report.lead_count != leads.lead_count
