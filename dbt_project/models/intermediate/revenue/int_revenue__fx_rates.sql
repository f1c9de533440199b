-- Units of the reporting currency per unit of a currency, with the days on which a rate is the
-- latest and fresh enough. A rate of the CRM has days of its own; its currencies' static rate
-- counts where no dated one is known.
with

rates as (

    {% if uses('generic') %}
    select
        date_day,
        from_currency,
        to_currency,
        rate,
        cast(null as date) as stated_valid_to,
        false as is_static,
        1 as source_rank
    from {{ ref('stg_generic__fx_rates') }}

    union all
    {% endif %}

    {% if uses('salesforce') %}
    select
        date_day,
        from_currency,
        to_currency,
        rate,
        valid_to as stated_valid_to,
        is_static,
        2 as source_rank
    from {{ ref('int_revenue__salesforce_rates') }}

    union all
    {% endif %}

    select
        cast(date_day as date) as date_day,
        upper(from_currency) as from_currency,
        upper(to_currency) as to_currency,
        cast(rate as decimal(18, 10)) as rate,
        cast(null as date) as stated_valid_to,
        false as is_static,
        3 as source_rank
    from {{ ref('fx_rates') }}

),

-- the inverse of a given rate is allowed, crosses are not
directed as (

    select
        date_day,
        from_currency as currency_code,
        cast(rate as decimal(28, 14)) as rate,
        stated_valid_to,
        is_static,
        source_rank,
        1 as direction_rank
    from rates
    where to_currency = '{{ var('reporting_currency') }}' and rate > 0

    union all

    select
        date_day,
        to_currency as currency_code,
        -- as many digits as a double has: eight lose cents of a large amount
        cast(1 / cast(rate as double) as decimal(28, 14)) as rate,
        stated_valid_to,
        is_static,
        source_rank,
        2 as direction_rank
    from rates
    where from_currency = '{{ var('reporting_currency') }}' and rate > 0

),

ranked as (

    select
        directed.*,
        max(case when is_static then 0 else 1 end) over (partition by currency_code) as has_dated,
        row_number() over (
            partition by currency_code, date_day, is_static
            order by source_rank asc, direction_rank asc, rate desc
        ) as preference
    from directed
    where currency_code != '{{ var('reporting_currency') }}'

),

chosen as (

    select
        currency_code,
        rate,
        date_day as valid_from,
        coalesce(stated_valid_to, {{ add_days('date_day', var('fx_max_age_days')) }})
            as own_valid_to,
        lead(date_day) over (partition by currency_code order by date_day) as next_day
    from ranked
    where preference = 1 and (not is_static or has_dated = 0)

),

final as (

    select
        currency_code,
        rate,
        valid_from,
        -- the last day on which the rate counts
        least(
            own_valid_to, coalesce({{ add_days('next_day', -1) }}, own_valid_to)
        ) as valid_to
    from chosen

    union all

    select
        '{{ var('reporting_currency') }}' as currency_code,
        cast(1 as decimal(28, 14)) as rate,
        cast('1900-01-01' as date) as valid_from,
        cast('2999-12-31' as date) as valid_to

)

select * from final
