{% set ages = [1, 3, 6, 12, 18, 24] %}
{% set running_day = org_date(add_seconds('clock.as_of', 1)) %}

with

credits as (

    select
        channel,
        {{ month_of(org_date('touched_at')) }} as touch_month,
        {{ months_between(org_date('touched_at'), org_date('converted_at')) }} as age_months,
        {{ days_between('touched_at', 'converted_at') }} as days_to_win,
        credited_amount
    from {{ ref('fct_attribution_credits') }}
    where
        attribution_model = 'linear'
        and conversion_type = 'revenue'
        and touch_id is not null

),

spend as (

    select
        channel,
        {{ month_of('date_day') }} as touch_month,
        sum(spend_amount) as spend_amount,
        count(spend_amount) < count(*) as has_unconverted_spend
    from {{ ref('fct_spend_daily') }}
    group by channel, {{ month_of('date_day') }}

),

horizons as (

    select
        channel,
        percentile_cont(0.5) within group (order by days_to_win) as median_days_to_win
    from credits
    group by channel

),

aged as (

    select
        channel,
        touch_month,
        age_months,
        sum(credited_amount) as credited_amount,
        sum(sum(credited_amount)) over (
            partition by channel, touch_month
            order by age_months
            rows unbounded preceding
        ) as credited_so_far
    from credits
    group by channel, touch_month, age_months

),

returns as (

    select
        aged.channel,
        aged.touch_month,
        {% for age in ages -%}
        sum(case when aged.age_months <= {{ age }} then aged.credited_amount else 0 end)
            as credited_{{ age }}m,
        {% endfor -%}
        min(case
            when spend.spend_amount > 0 and aged.credited_so_far >= spend.spend_amount
                then aged.age_months
        end) as payback_months,
        sum(aged.credited_amount) as credited_amount
    from aged
    left join spend
        on aged.channel = spend.channel and aged.touch_month = spend.touch_month
    group by aged.channel, aged.touch_month

),

-- spend that brought nothing stays, and so does what came without spend
cells as (

    select
        coalesce(spend.channel, returns.channel) as channel,
        coalesce(spend.touch_month, returns.touch_month) as touch_month,
        spend.spend_amount,
        coalesce(spend.has_unconverted_spend, false) as has_unconverted_spend,
        {% for age in ages -%}
        coalesce(returns.credited_{{ age }}m, 0) as credited_{{ age }}m,
        {% endfor -%}
        coalesce(returns.credited_amount, 0) as credited_amount,
        returns.payback_months
    from spend
    full outer join returns
        on spend.channel = returns.channel and spend.touch_month = returns.touch_month

),

joined as (

    select
        cells.*,
        {{ share_of('cells.spend_amount',
            'sum(cells.spend_amount) over (partition by cells.touch_month)') }} as spend_share,
        {{ months_between('cells.touch_month', running_day) }} as age_months,
        horizons.median_days_to_win,
        {{ return_horizon('horizons.median_days_to_win') }} as return_horizon,
        target_mix.target_share
    from cells
    cross join {{ ref('int_clock') }} as clock
    left join horizons on cells.channel = horizons.channel
    left join {{ ref('target_mix') }} as target_mix
        on {{ return_horizon('horizons.median_days_to_win') }} = target_mix.return_horizon

),

final as (

    select
        cast(touch_month as date) as touch_month,
        cast(channel as {{ dbt.type_string() }}) as channel,
        cast(spend_amount as decimal(18, 2)) as spend_amount,
        cast(has_unconverted_spend as boolean) as has_unconverted_spend,
        cast(credited_amount as decimal(18, 2)) as credited_amount,
        {% for age in ages -%}
        {% set credited = 'case when age_months > ' ~ age ~ ' then credited_' ~ age ~ 'm end' -%}
        cast({{ credited }} as decimal(18, 2)) as credited_{{ age }}m_amount,
        case when not has_unconverted_spend then {{ share_of(credited, 'spend_amount') }} end
            as return_{{ age }}m,
        {% endfor -%}
        cast(case when not has_unconverted_spend then payback_months end as bigint)
            as payback_months,
        cast(spend_share as double) as spend_share,
        {{ rounded('sum(spend_share * spend_share) over (partition by touch_month)') }}
            as spend_hhi,
        cast(median_days_to_win as double) as median_days_to_win,
        cast(return_horizon as {{ dbt.type_string() }}) as return_horizon,
        {{ rounded('sum(spend_share) over (partition by touch_month, return_horizon)') }}
            as horizon_spend_share,
        cast(target_share as double) as horizon_target_share,
        cast('{{ var('reporting_currency') }}' as {{ dbt.type_string() }}) as currency_code
    from joined

)

select * from final
