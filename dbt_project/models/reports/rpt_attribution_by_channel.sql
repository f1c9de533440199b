with

credits as (

    select
        conversion_type,
        attribution_model,
        channel,
        conversion_month,
        sum(credited_amount) as attributed_amount,
        sum(weight) as attributed_conversions
    from {{ ref('int_attribution__monthly_credits') }}
    group by conversion_type, attribution_model, channel, conversion_month

),

spend as (

    select
        channel,
        {{ month_of('date_day') }} as conversion_month,
        sum(spend_amount) as spend_amount,
        count(spend_amount) < count(*) as has_unconverted_spend
    from {{ ref('fct_spend_daily') }}
    group by channel, {{ month_of('date_day') }}

),

dimensions as (

    select * from {{ credited_dimensions() }} as dimensions

),

-- law 4: spend without a conversion stays, under every model
cells as (

    select
        conversion_month,
        conversion_type,
        channel,
        attribution_model
    from credits
    union
    select
        spend.conversion_month,
        dimensions.conversion_type,
        spend.channel,
        dimensions.attribution_model
    from spend
    cross join dimensions

),

joined as (

    select
        cells.conversion_month,
        cells.conversion_type,
        cells.channel,
        cells.attribution_model,
        -- a lead's stage is a count without money
        case
            when cells.conversion_type in ('revenue', 'pipeline')
                then coalesce(credits.attributed_amount, 0)
        end as attributed_amount,
        coalesce(credits.attributed_conversions, 0) as attributed_conversions,
        spend.spend_amount,
        coalesce(spend.has_unconverted_spend, false) as has_unconverted_spend
    from cells
    left join credits
        on
            cells.conversion_month = credits.conversion_month
            and cells.conversion_type = credits.conversion_type
            and cells.channel = credits.channel
            and cells.attribution_model = credits.attribution_model
    left join spend
        on cells.conversion_month = spend.conversion_month and cells.channel = spend.channel

),

-- a month has no row where nothing happened in it, so twelve months are a range, not rows
summed as (

    select
        *,
        sum(attributed_amount) over trailing_year as trailing_12m_attributed_amount,
        sum(attributed_conversions) over trailing_year as trailing_12m_attributed_conversions,
        sum(spend_amount) over trailing_year as trailing_12m_spend_amount,
        max(case when has_unconverted_spend then 1 else 0 end) over trailing_year = 1
            as has_unconverted_trailing_spend
    from joined
    window trailing_year as (
        partition by conversion_type, channel, attribution_model
        order by {{ month_number('conversion_month') }}
        range between 11 preceding and current row
    )

),

final as (

    select
        cast(conversion_month as date) as conversion_month,
        cast(conversion_type as {{ dbt.type_string() }}) as conversion_type,
        cast(channel as {{ dbt.type_string() }}) as channel,
        cast(attribution_model as {{ dbt.type_string() }}) as attribution_model,
        cast(attributed_amount as decimal(18, 2)) as attributed_amount,
        cast(round(attributed_conversions, 9) as double) as attributed_conversions,
        cast(spend_amount as decimal(18, 2)) as spend_amount,
        {{ ratio_to_spend('attributed_amount', 'spend_amount', 'has_unconverted_spend') }} as roas,
        {{ cost_per('attributed_conversions', 'spend_amount', 'has_unconverted_spend') }}
            as cost_per_conversion_amount,
        cast(trailing_12m_attributed_amount as decimal(18, 2)) as trailing_12m_attributed_amount,
        cast(round(trailing_12m_attributed_conversions, 9) as double)
            as trailing_12m_attributed_conversions,
        cast(trailing_12m_spend_amount as decimal(18, 2)) as trailing_12m_spend_amount,
        {{ ratio_to_spend(
            'trailing_12m_attributed_amount', 'trailing_12m_spend_amount',
            'has_unconverted_trailing_spend'
        ) }} as trailing_12m_roas,
        {{ cost_per(
            'trailing_12m_attributed_conversions', 'trailing_12m_spend_amount',
            'has_unconverted_trailing_spend'
        ) }} as trailing_12m_cost_per_conversion_amount,
        cast(has_unconverted_spend as boolean) as has_unconverted_spend,
        cast('{{ var('reporting_currency') }}' as {{ dbt.type_string() }}) as currency_code
    from summed

)

select * from final
