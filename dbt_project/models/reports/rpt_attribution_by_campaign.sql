{% set counted = {
    'leads': 'lead', 'mqls': 'mql', 'sqls': 'sql', 'opportunities': 'pipeline',
    'customers': 'revenue',
} %}

with

credits as (

    select
        attribution_model,
        campaign_key,
        conversion_month,
        {% for name, conversion_type in counted.items() -%}
        sum(case when conversion_type = '{{ conversion_type }}' then weight else 0 end)
            as attributed_{{ name }},
        {% endfor -%}
        sum(case when conversion_type = 'pipeline' then credited_amount end) as pipeline_amount,
        sum(case when conversion_type = 'revenue' then credited_amount end) as revenue_amount
    from {{ ref('int_attribution__monthly_credits') }}
    group by attribution_model, campaign_key, conversion_month

),

spend as (

    select
        campaign_key,
        {{ month_of('date_day') }} as conversion_month,
        sum(spend_amount) as spend_amount,
        count(spend_amount) < count(*) as has_unconverted_spend
    from {{ ref('fct_spend_daily') }}
    group by campaign_key, {{ month_of('date_day') }}

),

-- law 4: spend without a conversion stays, under every model
cells as (

    select
        conversion_month,
        campaign_key,
        attribution_model
    from credits
    union
    select
        spend.conversion_month,
        spend.campaign_key,
        models.attribution_model
    from spend
    cross join {{ credited_dimensions() }} as models

),

joined as (

    select
        cells.conversion_month,
        cells.campaign_key,
        cells.attribution_model,
        {% for name, conversion_type in counted.items() -%}
        -- null under a model that does not credit the type
        case
            when {{ credits_type('cells.attribution_model', conversion_type) }}
                then coalesce(credits.attributed_{{ name }}, 0)
        end as attributed_{{ name }},
        {% endfor -%}
        coalesce(credits.pipeline_amount, 0) as pipeline_amount,
        coalesce(credits.revenue_amount, 0) as revenue_amount,
        spend.spend_amount,
        coalesce(spend.has_unconverted_spend, false) as has_unconverted_spend
    from cells
    left join credits
        on
            cells.conversion_month = credits.conversion_month
            and cells.campaign_key = credits.campaign_key
            and cells.attribution_model = credits.attribution_model
    left join spend
        on
            cells.conversion_month = spend.conversion_month
            and cells.campaign_key = spend.campaign_key

),

-- a month has no row where nothing happened in it, so twelve months are a range, not rows
summed as (

    select
        *,
        {% for name in counted -%}
        sum(attributed_{{ name }}) over trailing_year as trailing_{{ name }},
        {% endfor -%}
        sum(revenue_amount) over trailing_year as trailing_12m_revenue_amount,
        sum(spend_amount) over trailing_year as trailing_12m_spend_amount,
        max(case when has_unconverted_spend then 1 else 0 end) over trailing_year = 1
            as is_partial
    from joined
    window trailing_year as (
        partition by campaign_key, attribution_model
        order by {{ month_number('conversion_month') }}
        range between 11 preceding and current row
    )

),

final as (

    select
        cast(conversion_month as date) as conversion_month,
        cast(campaign_key as {{ dbt.type_string() }}) as campaign_key,
        cast(attribution_model as {{ dbt.type_string() }}) as attribution_model,
        {% for name in counted -%}
        cast(round(attributed_{{ name }}, 9) as double) as attributed_{{ name }},
        {% endfor -%}
        cast(pipeline_amount as decimal(18, 2)) as pipeline_amount,
        cast(revenue_amount as decimal(18, 2)) as revenue_amount,
        cast(spend_amount as decimal(18, 2)) as spend_amount,
        {{ ratio_to_spend('revenue_amount', 'spend_amount', 'has_unconverted_spend') }} as roas,
        cast(trailing_12m_revenue_amount as decimal(18, 2)) as trailing_12m_revenue_amount,
        cast(trailing_12m_spend_amount as decimal(18, 2)) as trailing_12m_spend_amount,
        {{ ratio_to_spend(
            'trailing_12m_revenue_amount', 'trailing_12m_spend_amount', 'is_partial'
        ) }} as trailing_12m_roas,
        {% for name, column in {
            'leads': 'cost_per_lead', 'mqls': 'cost_per_mql', 'sqls': 'cost_per_sql',
            'opportunities': 'cost_per_opportunity', 'customers': 'media_cac',
        }.items() -%}
        {{ cost_per('trailing_' ~ name, 'trailing_12m_spend_amount', 'is_partial') }}
            as {{ column }}_amount,
        {% endfor -%}
        cast(has_unconverted_spend as boolean) as has_unconverted_spend,
        cast('{{ var('reporting_currency') }}' as {{ dbt.type_string() }}) as currency_code
    from summed

)

select * from final
