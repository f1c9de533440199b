with

calendar as (

    select * from {{ ref('int_calendar') }}

),

final as (

    select
        cast(date_day as date) as date_day,
        cast(date_trunc('month', date_day) as date) as date_month,
        cast(date_trunc('quarter', date_day) as date) as date_quarter,
        cast(extract(year from date_day) as bigint) as date_year,
        cast(extract(month from date_day) as bigint) as month_number,
        cast(extract(quarter from date_day) as bigint) as quarter_number,
        cast(extract(isodow from date_day) as bigint) as iso_weekday_number,
        cast(extract(isodow from date_day) in (6, 7) as boolean) as is_weekend
    from calendar

)

select * from final
