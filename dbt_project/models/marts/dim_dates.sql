{% set first_month = var('fiscal_year_start_month') %}
{% if first_month not in range(1, 13) %}
    {{ exceptions.raise_compiler_error(
        'fiscal_year_start_month is a month, 1 to 12: ' ~ first_month
    ) }}
{% endif %}

with

calendar as (

    select
        *,
        cast(extract(year from date_day) as bigint) as date_year,
        cast(extract(month from date_day) as bigint) as month_number
    from {{ ref('int_calendar') }}

),

-- a fiscal year bears the number of the calendar year in which it ends
fiscal as (

    select
        *,
        date_year + case
            when {{ first_month }} > 1 and month_number >= {{ first_month }} then 1 else 0
        end as fiscal_year,
        cast(floor((month_number + 12 - {{ first_month }}) % 12 / 3.0) as bigint) + 1
            as fiscal_quarter_number
    from calendar

),

final as (

    select
        cast(date_day as date) as date_day,
        cast(date_trunc('month', date_day) as date) as date_month,
        cast(date_trunc('quarter', date_day) as date) as date_quarter,
        cast(date_year as bigint) as date_year,
        cast(month_number as bigint) as month_number,
        cast(extract(quarter from date_day) as bigint) as quarter_number,
        cast(extract(isodow from date_day) as bigint) as iso_weekday_number,
        cast(extract(isodow from date_day) in (6, 7) as boolean) as is_weekend,
        cast(fiscal_year as bigint) as fiscal_year,
        cast(
            'FY' || cast(fiscal_year as {{ dbt.type_string() }})
            || '-Q' || cast(fiscal_quarter_number as {{ dbt.type_string() }})
            as {{ dbt.type_string() }}
        ) as fiscal_quarter,
        cast(fiscal_quarter_number as bigint) as fiscal_quarter_number
    from fiscal

)

select * from final
