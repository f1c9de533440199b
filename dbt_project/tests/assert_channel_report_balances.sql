-- Law 4: under every model and conversion type the report by channel holds all credit and all
-- spend.
with

models as (

    {% for model in var('attribution_models') %}
    select '{{ model.name }}' as attribution_model
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

types as (

    select 'revenue' as conversion_type
    union all
    select 'pipeline' as conversion_type

),

spend as (

    select coalesce(sum(spend_amount), 0) as spend_amount from {{ ref('fct_spend_daily') }}

),

credits as (

    select
        conversion_type,
        attribution_model,
        sum(credited_amount) as credited_amount
    from {{ ref('fct_attribution_credits') }}
    group by conversion_type, attribution_model

),

report as (

    select
        conversion_type,
        attribution_model,
        sum(attributed_amount) as attributed_amount,
        sum(spend_amount) as spend_amount
    from {{ ref('rpt_attribution_by_channel') }}
    group by conversion_type, attribution_model

)

select
    types.conversion_type,
    models.attribution_model,
    credits.credited_amount,
    report.attributed_amount,
    spend.spend_amount,
    report.spend_amount as reported_spend_amount
from types
cross join models
cross join spend
left join credits
    on
        types.conversion_type = credits.conversion_type
        and models.attribution_model = credits.attribution_model
left join report
    on
        types.conversion_type = report.conversion_type
        and models.attribution_model = report.attribution_model
where
    coalesce(report.attributed_amount, 0) != coalesce(credits.credited_amount, 0)
    or coalesce(report.spend_amount, 0) != spend.spend_amount
