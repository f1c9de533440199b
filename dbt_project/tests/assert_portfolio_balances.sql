-- All spend is invested, and all linear credit is a return, but what no touch has earned.
with

credits as (

    select coalesce(sum(credited_amount), 0) as credited_amount
    from {{ ref('fct_attribution_credits') }}
    where attribution_model = 'linear' and conversion_type = 'revenue' and touch_id is not null

),

spend as (

    select coalesce(sum(spend_amount), 0) as spend_amount from {{ ref('fct_spend_daily') }}

),

report as (

    select
        coalesce(sum(credited_amount), 0) as credited_amount,
        coalesce(sum(spend_amount), 0) as spend_amount
    from {{ ref('rpt_channel_portfolio') }}

)

select
    report.*,
    credits.credited_amount as expected_credited_amount,
    spend.spend_amount as expected_spend_amount
from report
cross join credits
cross join spend
where
    report.credited_amount != credits.credited_amount
    or report.spend_amount != spend.spend_amount
