-- The contents of a conversion type hold all of its linear credit, in weights and in money.
with

credits as (

    select
        conversion_type,
        count(distinct conversion_id) as conversion_count,
        sum(credited_amount) as credited_amount
    from {{ ref('fct_attribution_credits') }}
    where attribution_model = 'linear'
    group by conversion_type

),

report as (

    select
        conversion_type,
        sum(credited_conversions) as credited_conversions,
        sum(credited_amount) as credited_amount
    from {{ ref('rpt_content_influence') }}
    group by conversion_type

)

select
    credits.conversion_type,
    credits.conversion_count,
    report.credited_conversions,
    credits.credited_amount,
    report.credited_amount as report_amount
from credits
left join report on credits.conversion_type = report.conversion_type
where
    abs(coalesce(report.credited_conversions, 0) - credits.conversion_count) > 1e-4
    or coalesce(report.credited_amount, 0) != coalesce(credits.credited_amount, 0)
