{% set progress = ['mql', 'sal', 'sql', 'opportunity', 'customer'] %}
{% set exits = ['recycled', 'disqualified', 'lost'] %}
{% set cells = [] %}
{% for stage in progress + exits %}{% for horizon in var('funnel_horizon_days') %}
{% do cells.append({'stage': stage, 'horizon': horizon, 'name': stage ~ '_' ~ horizon}) %}
{% endfor %}{% endfor %}
{% set next_month = dbt.dateadd('month', 1, 'reached.cohort_month') %}

with

-- days from the inquiry to each stage and exit, null where it was not reached
timed as (

    select
        {{ month_of(org_date('entered_inquiry_at')) }} as cohort_month,
        source_channel,
        account_id,
        {% for stage in progress -%}
        is_{{ stage }}_inferred,
        {{ days_between('entered_inquiry_at', 'entered_' ~ stage ~ '_at') }} as {{ stage }}_days,
        {% endfor -%}
        {% for stage in exits -%}
        is_current_stage_inferred as is_{{ stage }}_inferred,
        case
            when outcome = '{{ stage }}' then {{ days_between('entered_inquiry_at', 'ended_at') }}
        end as {{ stage }}_days{% if not loop.last %},{% endif %}
        {% endfor %}
    from {{ ref('fct_lead_lifecycle') }}
    where cycle_type = 'new' and entered_inquiry_at is not null

),

-- what is stated to be before the inquiry was not reached from it
counted as (

    select
        cohort_month,
        source_channel,
        {% for cell in cells -%}
        {% set reached = cell.stage ~ '_days between 0 and ' ~ cell.horizon -%}
        count(case when {{ reached }} then 1 end) as {{ cell.name }},
        count(case when {{ reached }} and not is_{{ cell.stage }}_inferred then 1 end)
            as {{ cell.name }}_observed,
        {% endfor -%}
        count(*) as entered_count
    from timed
    group by cohort_month, source_channel

),

-- an account reaches a stage with the first of its leads
accounts_timed as (

    select
        cohort_month,
        source_channel,
        {% for stage in progress + exits -%}
        min(case when {{ stage }}_days >= 0 then {{ stage }}_days end) as {{ stage }}_days,
        {% endfor -%}
        account_id
    from timed
    where account_id is not null
    group by cohort_month, source_channel, account_id

),

accounts_counted as (

    select
        cohort_month,
        source_channel,
        {% for cell in cells -%}
        count(case when {{ cell.stage }}_days <= {{ cell.horizon }} then 1 end) as {{ cell.name }},
        {% endfor -%}
        count(*) as entered_count
    from accounts_timed
    group by cohort_month, source_channel

),

reached as (

    {% for cell in cells %}
    select
        counted.cohort_month,
        counted.source_channel,
        '{{ cell.stage }}' as stage,
        {{ 'true' if cell.stage in exits else 'false' }} as is_exit,
        {{ cell.horizon }} as horizon_days,
        counted.entered_count,
        counted.{{ cell.name }} as reached_count,
        counted.{{ cell.name }}_observed as observed_count,
        coalesce(accounts_counted.entered_count, 0) as entered_account_count,
        coalesce(accounts_counted.{{ cell.name }}, 0) as reached_account_count
    from counted
    left join accounts_counted
        on
            counted.cohort_month = accounts_counted.cohort_month
            and counted.source_channel = accounts_counted.source_channel
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

-- a cohort is mature when its last lead has had the whole horizon
matured as (

    select
        reached.*,
        {{ days_between(start_of_day_utc(next_month), 'clock.as_of') }}
        >= reached.horizon_days as is_mature
    from reached
    cross join {{ ref('int_clock') }} as clock

),

{% set counts = {
    'reached_count': 'reached_count',
    'reached_observed_count': 'observed_count',
    'reached_inferred_count': 'reached_count - observed_count',
    'reached_account_count': 'reached_account_count',
} %}
{% set rates = {
    'conversion_rate': share_of('reached_count', 'entered_count'),
    'observed_conversion_rate': share_of('observed_count', 'entered_count'),
    'account_conversion_rate': share_of('reached_account_count', 'entered_account_count'),
} %}

final as (

    select
        cast(cohort_month as date) as cohort_month,
        cast(source_channel as {{ dbt.type_string() }}) as source_channel,
        cast(stage as {{ dbt.type_string() }}) as stage,
        cast(is_exit as boolean) as is_exit,
        cast(horizon_days as bigint) as horizon_days,
        cast(entered_count as bigint) as entered_count,
        cast(entered_account_count as bigint) as entered_account_count,
        {% for column, value in counts.items() -%}
        cast(case when is_mature then {{ value }} end as bigint) as {{ column }},
        {% endfor -%}
        {% for column, value in rates.items() -%}
        cast(case when is_mature then {{ value }} end as double) as {{ column }},
        {% endfor -%}
        cast(is_mature as boolean) as is_mature
    from matured

)

select * from final
