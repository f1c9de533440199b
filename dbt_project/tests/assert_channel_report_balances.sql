-- Law 4: under every model and conversion type the report by channel holds all credit and all
-- spend.
with

dimensions as (

    select * from {{ credited_dimensions() }} as dimensions

),

spend as (

    select coalesce(sum(spend_amount), 0) as spend_amount from {{ ref('fct_spend_daily') }}

),

credits as (

    select
        conversion_type,
        attribution_model,
        sum(credited_amount) as credited_amount,
        sum(weight) as credited_conversions
    from {{ ref('fct_attribution_credits') }}
    group by conversion_type, attribution_model

),

report as (

    select
        conversion_type,
        attribution_model,
        sum(attributed_amount) as attributed_amount,
        sum(attributed_conversions) as attributed_conversions,
        sum(spend_amount) as spend_amount
    from {{ ref('rpt_attribution_by_channel') }}
    group by conversion_type, attribution_model

)

select
    dimensions.conversion_type,
    dimensions.attribution_model,
    credits.credited_amount,
    report.attributed_amount,
    credits.credited_conversions,
    report.attributed_conversions,
    spend.spend_amount,
    report.spend_amount as reported_spend_amount
from dimensions
cross join spend
left join credits
    on
        dimensions.conversion_type = credits.conversion_type
        and dimensions.attribution_model = credits.attribution_model
left join report
    on
        dimensions.conversion_type = report.conversion_type
        and dimensions.attribution_model = report.attribution_model
where
    coalesce(report.attributed_amount, 0) != coalesce(credits.credited_amount, 0)
    or abs(coalesce(report.attributed_conversions, 0) - coalesce(credits.credited_conversions, 0))
    > 1e-4
    or coalesce(report.spend_amount, 0) != spend.spend_amount
