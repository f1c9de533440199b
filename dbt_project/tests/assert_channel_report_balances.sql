-- Law 4: the report by channel holds all credit and, under every model and conversion type, all
-- spend.
with

report as (

    select
        conversion_type,
        attribution_model,
        sum(attributed_amount) as attributed_amount,
        coalesce(sum(spend_amount), 0) as spend_amount
    from {{ ref('rpt_attribution_by_channel') }}
    group by conversion_type, attribution_model

),

credits as (

    select
        conversion_type,
        attribution_model,
        coalesce(sum(credited_amount), 0) as credited_amount
    from {{ ref('fct_attribution_credits') }}
    group by conversion_type, attribution_model

),

spend as (

    select coalesce(sum(spend_amount), 0) as spend_amount from {{ ref('fct_spend_daily') }}

)

select
    report.*,
    credits.credited_amount,
    spend.spend_amount as all_spend_amount
from report
cross join spend
left join credits
    on
        report.conversion_type = credits.conversion_type
        and report.attribution_model = credits.attribution_model
where
    report.attributed_amount != coalesce(credits.credited_amount, 0)
    or report.spend_amount != spend.spend_amount
