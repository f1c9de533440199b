{{ config(enabled=uses('salesforce')) }}

-- Rates of the CRM, which states units of a currency per unit of its corporate currency: dated ones
-- with the days that it gives them, and each currency's static one.
with

currency_types as (

    select * from {{ ref('stg_salesforce__currency_types') }}
    where not is_source_deleted

),

corporate_currencies as (

    select
        source_system,
        max(currency_code) as corporate_currency_code
    from currency_types
    where is_corporate
    group by source_system

),

rates as (

    select
        source_system,
        currency_code,
        start_date,
        coalesce(
            next_start_date,
            lead(start_date) over (
                partition by source_system, currency_code order by start_date
            ),
            cast('3000-01-01' as date)
        ) as next_start_date,
        units_per_corporate_unit,
        false as is_static
    from {{ ref('stg_salesforce__dated_conversion_rates') }}
    where not is_source_deleted

    union all

    select
        source_system,
        currency_code,
        cast('1900-01-01' as date) as start_date,
        cast('3000-01-01' as date) as next_start_date,
        units_per_corporate_unit,
        true as is_static
    from currency_types

),

final as (

    select
        rates.source_system,
        rates.start_date as date_day,
        {{ add_days('rates.next_start_date', -1) }} as valid_to,
        coalesce(
            corporate_currencies.corporate_currency_code, '{{ var('reporting_currency') }}'
        ) as from_currency,
        rates.currency_code as to_currency,
        rates.units_per_corporate_unit as rate,
        rates.is_static
    from rates
    left join corporate_currencies
        on rates.source_system = corporate_currencies.source_system

)

select * from final
