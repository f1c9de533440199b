{# 3 sigma of single values, sigma from the mean moving range of two: 3 / 1.128 #}
{% set limit = '2.66 * mean_moving_range' %}

with

-- the last day that is over
clock as (

    select {{ add_days(org_date(add_seconds('as_of', 1)), -1) }} as last_day
    from {{ ref('int_clock') }}

),

entries as (

    select
        stage,
        {{ org_date('booked_in_at') }} as entry_day,
        count(*) as entered_count
    from {{ ref('fct_lead_stage_visits') }}
    where cycle_type = 'new' and not is_inferred
    group by stage, {{ org_date('booked_in_at') }}

),

bounds as (

    select
        clock.last_day,
        min(entries.entry_day) as first_day
    from entries
    cross join clock
    group by clock.last_day

),

-- spans of seven days up to the last day; the first one that is whole comes first
weeks as (

    select
        dates.date_day as week_ending_date,
        {{ add_days('dates.date_day', -6) }} as week_starting_date
    from {{ ref('dim_dates') }} as dates
    cross join bounds
    where
        dates.date_day <= bounds.last_day
        and {{ add_days('dates.date_day', -6) }} >= bounds.first_day
        and cast({{ days_between(
            'cast(dates.date_day as timestamp)', 'cast(bounds.last_day as timestamp)'
        ) }} as bigint) % 7 = 0

),

cells as (

    select
        weeks.week_ending_date,
        stages.stage,
        coalesce(sum(entries.entered_count), 0) as entered_count
    from weeks
    cross join {{ ref('lifecycle_stages') }} as stages
    left join entries
        on
            stages.stage = entries.stage
            and weeks.week_starting_date <= entries.entry_day
            and weeks.week_ending_date >= entries.entry_day
    where stages.stage_rank <= 60
    group by weeks.week_ending_date, stages.stage

),

changed as (

    select
        *,
        entered_count - lag(entered_count) over (
            partition by stage order by week_ending_date
        ) as change_count
    from cells

),

-- a week is judged by the weeks before it: with itself among them it would widen its own limits
averaged as (

    select
        *,
        row_number() over (partition by stage order by week_ending_date) as week_number,
        {% for name, weeks in {
            'mean_4w': '3 preceding and current row',
            'mean_13w': '12 preceding and current row',
            'baseline_mean': '13 preceding and 1 preceding',
        }.items() -%}
        avg(entered_count) over (
            partition by stage order by week_ending_date rows between {{ weeks }}
        ) as {{ name }},
        {% endfor -%}
        avg(abs(change_count)) over (
            partition by stage
            order by week_ending_date
            rows between 12 preceding and 1 preceding
        ) as mean_moving_range
    from changed

),

-- a mean stands where all of its weeks are known
limited as (

    select
        *,
        case when week_number > 13 then baseline_mean + {{ limit }} end as upper_limit,
        case when week_number > 13 then greatest(baseline_mean - {{ limit }}, 0) end
            as lower_limit
    from averaged

),

final as (

    select
        cast(week_ending_date as date) as week_ending_date,
        cast(stage as {{ dbt.type_string() }}) as stage,
        cast(entered_count as bigint) as entered_count,
        cast(change_count as bigint) as change_count,
        {{ share_of('change_count', 'entered_count - change_count') }} as change_share,
        cast(case when week_number >= 4 then mean_4w end as double) as mean_4w,
        cast(case when week_number >= 13 then mean_13w end as double) as mean_13w,
        cast(case when week_number > 13 then baseline_mean end as double) as baseline_mean,
        cast(lower_limit as double) as lower_limit,
        cast(upper_limit as double) as upper_limit,
        cast(
            case
                when week_number <= 13 then 'too few weeks'
                when entered_count > upper_limit then 'above the limits'
                when entered_count < lower_limit then 'below the limits'
                else 'within normal variation'
            end as {{ dbt.type_string() }}
        ) as verdict
    from limited

)

select * from final
