with

wins as (

    select
        account_id,
        closed_at,
        {{ month_of(org_date('closed_at')) }} as won_month,
        opportunity_amount
    from {{ ref('fct_opportunities') }}
    where is_won and is_sales_pipeline and account_id is not null

),

firsts as (

    select
        account_id,
        min(closed_at) as first_won_at,
        min(won_month) as first_month
    from wins
    group by account_id

),

months as (

    select
        account_id,
        won_month,
        count(*) as won_count,
        count(opportunity_amount) as valued_count,
        coalesce(sum(opportunity_amount), 0) as won_amount
    from wins
    group by account_id, won_month

),

accounts as (

    select * from {{ ref('dim_accounts') }}

),

-- months that somebody may have; dim_dates may lack an old customer's first
bounds as (

    select
        min(wins.won_month) as first_month,
        greatest(max(wins.won_month), max({{ org_date('clock.as_of') }})) as last_day
    from wins
    cross join {{ ref('int_clock') }} as clock

),

calendar as (

    select
        dates.date_day as date_month,
        clock.as_of
    from {{ days_from_to('1990-01-01', '2100-12-31') }} as dates
    inner join bounds on dates.date_day between bounds.first_month and bounds.last_day
    cross join {{ ref('int_clock') }} as clock
    where extract(day from dates.date_day) = 1

),

-- every month from the first win to now; a customer who left has the months until then
lives as (

    select
        firsts.account_id,
        firsts.first_won_at,
        calendar.date_month as value_month,
        {{ months_between('firsts.first_month', 'calendar.date_month') }}
            as months_since_first_win,
        accounts.ended_at,
        coalesce(months.won_count, 0) as won_count,
        coalesce(months.valued_count, 0) as valued_count,
        coalesce(months.won_amount, 0) as won_amount
    from firsts
    inner join calendar on firsts.first_month <= calendar.date_month
    left join accounts on firsts.account_id = accounts.account_id
    left join months
        on firsts.account_id = months.account_id and calendar.date_month = months.won_month
    where
        -- a win that the CRM dates ahead is one all the same
        months.won_month is not null
        or (
            calendar.date_month <= {{ org_date('calendar.as_of') }}
            and (
                accounts.ended_at is null
                or accounts.ended_at > calendar.as_of
                or {{ month_of(org_date('accounts.ended_at')) }} >= calendar.date_month
            )
        )

),

grown as (

    select
        {% for column in ['won_count', 'valued_count', 'won_amount'] -%}
        sum(lives.{{ column }}) over (
            partition by lives.account_id
            order by lives.value_month
            rows unbounded preceding
        ) as {{ column }}_so_far,
        {% endfor -%}
        lives.*
    from lives

),

final as (

    select
        cast(account_id as {{ dbt.type_string() }}) as account_id,
        cast(months_since_first_win as bigint) as months_since_first_win,
        cast(value_month as date) as value_month,
        cast(first_won_at as timestamp) as first_won_at,
        cast(won_count as bigint) as won_count,
        cast(won_amount as decimal(18, 2)) as won_amount,
        cast(won_count_so_far as bigint) as lifetime_won_count,
        cast(won_count_so_far - valued_count_so_far as bigint) as lifetime_unvalued_count,
        cast(won_amount_so_far as decimal(18, 2)) as lifetime_amount,
        cast(
            round(cast(won_amount_so_far as double) / nullif(valued_count_so_far, 0), 2)
            as decimal(18, 2)
        ) as average_sale_amount,
        cast('{{ var('reporting_currency') }}' as {{ dbt.type_string() }}) as currency_code
    from grown

)

select * from final
