-- Units of the reporting currency per unit of a currency, with the days on which a rate is the
-- latest and fresh enough.
with

rates as (

    {% if uses('generic') %}
    select
        date_day,
        from_currency,
        to_currency,
        rate,
        1 as source_rank
    from {{ ref('stg_generic__fx_rates') }}

    union all
    {% endif %}

    select
        cast(date_day as date) as date_day,
        upper(from_currency) as from_currency,
        upper(to_currency) as to_currency,
        cast(rate as decimal(18, 8)) as rate,
        2 as source_rank
    from {{ ref('fx_rates') }}

),

-- the inverse of a given rate is allowed, crosses are not
directed as (

    select
        date_day,
        from_currency as currency_code,
        rate,
        source_rank,
        1 as direction_rank
    from rates
    where to_currency = '{{ var('reporting_currency') }}' and rate > 0

    union all

    select
        date_day,
        to_currency as currency_code,
        cast(1 / cast(rate as {{ dbt.type_float() }}) as decimal(18, 8)) as rate,
        source_rank,
        2 as direction_rank
    from rates
    where from_currency = '{{ var('reporting_currency') }}' and rate > 0

),

ranked as (

    select
        *,
        row_number() over (
            partition by currency_code, date_day
            order by source_rank asc, direction_rank asc, rate desc
        ) as preference
    from directed

),

chosen as (

    select
        currency_code,
        rate,
        date_day as valid_from,
        lead(date_day) over (partition by currency_code order by date_day) as next_day
    from ranked
    where preference = 1

),

final as (

    select
        currency_code,
        rate,
        valid_from,
        -- the last day on which the rate counts
        least(
            {{ add_days('valid_from', var('fx_max_age_days')) }},
            coalesce(
                {{ add_days('next_day', -1) }},
                {{ add_days('valid_from', var('fx_max_age_days')) }}
            )
        ) as valid_to
    from chosen

    union all

    select
        '{{ var('reporting_currency') }}' as currency_code,
        cast(1 as decimal(18, 8)) as rate,
        cast('1900-01-01' as date) as valid_from,
        cast('2999-12-31' as date) as valid_to

)

select * from final
