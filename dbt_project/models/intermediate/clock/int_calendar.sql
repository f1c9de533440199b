-- Days from the first of January `calendar_years_back` years before "now" to two years after it, or
-- as far as a cost reaches beyond that.
with

costs as (

    select
        min(date_day) as first_day,
        max(date_day) as last_day
    from {{ ref('int_touchpoints__spend_reported') }}

    union all

    select
        min(start_date) as first_day,
        max(end_date) as last_day
    from {{ ref('int_touchpoints__campaigns_unioned') }}
    where actual_cost_amount > 0

),

days as (

    select date_day
    from {{ days_from_to('1990-01-01', '2100-12-31') }} as days

),

bounds as (

    select
        least(
            cast(
                date_trunc('year', {{ add_days('as_of_date', -365 * var('calendar_years_back')) }})
                as date
            ),
            (select min(costs.first_day) as first_day from costs)
        ) as first_day,
        greatest(
            {{ add_days('as_of_date', 730) }},
            (select max(costs.last_day) as last_day from costs)
        ) as last_day
    from {{ ref('int_clock') }}

),

final as (

    select days.date_day
    from days
    cross join bounds
    where days.date_day between bounds.first_day and bounds.last_day

)

select date_day from final
