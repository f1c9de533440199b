{% set models = var('attribution_models') %}

with

credits as (

    select
        conversion_type,
        attribution_model,
        channel,
        {{ month_of(org_date('converted_at')) }} as conversion_month,
        sum(credited_amount) as attributed_amount,
        sum(weight) as attributed_conversions
    from {{ ref('fct_attribution_credits') }}
    group by conversion_type, attribution_model, channel, {{ month_of(org_date('converted_at')) }}

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

    {% for model in models %}
    select 'revenue' as conversion_type, '{{ model.name }}' as attribution_model
    union all
    select 'pipeline' as conversion_type, '{{ model.name }}' as attribution_model
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

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
        coalesce(credits.attributed_amount, 0) as attributed_amount,
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

-- a month has no row where nothing happened in it, so twelve months are a range of dates, not
-- of rows
trailing_year as (

    select
        cells.conversion_month,
        cells.conversion_type,
        cells.channel,
        cells.attribution_model,
        sum(earlier.attributed_amount) as trailing_12m_attributed_amount,
        sum(earlier.spend_amount) as trailing_12m_spend_amount,
        max(case when earlier.has_unconverted_spend then 1 else 0 end) = 1
            as has_unconverted_trailing_spend
    from joined as cells
    inner join joined as earlier
        on
            cells.conversion_type = earlier.conversion_type
            and cells.channel = earlier.channel
            and cells.attribution_model = earlier.attribution_model
            and cells.conversion_month >= earlier.conversion_month
            and {{ add_days('cells.conversion_month', -365) }} < earlier.conversion_month
    group by cells.conversion_month, cells.conversion_type, cells.channel, cells.attribution_model

),

final as (

    select
        cast(joined.conversion_month as date) as conversion_month,
        cast(joined.conversion_type as {{ dbt.type_string() }}) as conversion_type,
        cast(joined.channel as {{ dbt.type_string() }}) as channel,
        cast(joined.attribution_model as {{ dbt.type_string() }}) as attribution_model,
        cast(joined.attributed_amount as decimal(18, 2)) as attributed_amount,
        cast(round(joined.attributed_conversions, 9) as double) as attributed_conversions,
        cast(joined.spend_amount as decimal(18, 2)) as spend_amount,
        -- no ratio to a cost that is known only in part
        case
            when not joined.has_unconverted_spend
                then
                    cast(joined.attributed_amount as double)
                    / nullif(cast(joined.spend_amount as double), 0)
        end as roas,
        cast(trailing_year.trailing_12m_attributed_amount as decimal(18, 2))
            as trailing_12m_attributed_amount,
        cast(trailing_year.trailing_12m_spend_amount as decimal(18, 2))
            as trailing_12m_spend_amount,
        case
            when not trailing_year.has_unconverted_trailing_spend
                then
                    cast(trailing_year.trailing_12m_attributed_amount as double)
                    / nullif(cast(trailing_year.trailing_12m_spend_amount as double), 0)
        end as trailing_12m_roas,
        cast(joined.has_unconverted_spend as boolean) as has_unconverted_spend,
        cast('{{ var('reporting_currency') }}' as {{ dbt.type_string() }}) as currency_code
    from joined
    inner join trailing_year
        on
            joined.conversion_month = trailing_year.conversion_month
            and joined.conversion_type = trailing_year.conversion_type
            and joined.channel = trailing_year.channel
            and joined.attribution_model = trailing_year.attribution_model

)

select * from final
