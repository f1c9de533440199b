-- Days from the first of January `calendar_years_back` years before "now" to two years after it.
with

days as (

    select date_day
    from {{ days_from_to('1990-01-01', '2100-12-31') }} as days

),

bounds as (

    select
        cast(
            date_trunc('year', {{ add_days('as_of_date', -365 * var('calendar_years_back')) }})
            as date
        ) as first_day,
        {{ add_days('as_of_date', 730) }} as last_day
    from {{ ref('int_clock') }}

),

final as (

    select days.date_day
    from days
    cross join bounds
    where days.date_day between bounds.first_day and bounds.last_day

)

select date_day from final
