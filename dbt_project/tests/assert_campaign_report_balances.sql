-- Law 4: under every model the report by campaign holds all credit and all spend.
{% set counted = {
    'leads': 'lead', 'mqls': 'mql', 'sqls': 'sql', 'opportunities': 'pipeline',
    'customers': 'revenue',
} %}

with

models as (

    select distinct attribution_model from {{ credited_dimensions() }} as dimensions

),

spend as (

    select coalesce(sum(spend_amount), 0) as spend_amount from {{ ref('fct_spend_daily') }}

),

credits as (

    select
        attribution_model,
        {% for name, conversion_type in counted.items() -%}
        sum(case when conversion_type = '{{ conversion_type }}' then weight else 0 end)
            as {{ name }},
        {% endfor -%}
        sum(case when conversion_type = 'revenue' then credited_amount end) as revenue_amount,
        sum(case when conversion_type = 'pipeline' then credited_amount end) as pipeline_amount
    from {{ ref('fct_attribution_credits') }}
    group by attribution_model

),

report as (

    select
        attribution_model,
        {% for name in counted -%}
        sum(attributed_{{ name }}) as {{ name }},
        {% endfor -%}
        sum(revenue_amount) as revenue_amount,
        sum(pipeline_amount) as pipeline_amount,
        sum(spend_amount) as spend_amount
    from {{ ref('rpt_attribution_by_campaign') }}
    group by attribution_model

)

select
    models.attribution_model,
    {% for name in counted -%}
    credits.{{ name }},
    report.{{ name }} as reported_{{ name }},
    {% endfor -%}
    credits.revenue_amount,
    report.revenue_amount as reported_revenue_amount,
    credits.pipeline_amount,
    report.pipeline_amount as reported_pipeline_amount,
    spend.spend_amount,
    report.spend_amount as reported_spend_amount
from models
cross join spend
left join credits on models.attribution_model = credits.attribution_model
left join report on models.attribution_model = report.attribution_model
where
    coalesce(report.revenue_amount, 0) != coalesce(credits.revenue_amount, 0)
    or coalesce(report.pipeline_amount, 0) != coalesce(credits.pipeline_amount, 0)
    or coalesce(report.spend_amount, 0) != spend.spend_amount
    {% for name in counted -%}
    or abs(coalesce(report.{{ name }}, 0) - coalesce(credits.{{ name }}, 0)) > 1e-4
    {% endfor %}
