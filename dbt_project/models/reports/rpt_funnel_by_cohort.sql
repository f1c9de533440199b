{% set stages = ['mql', 'sal', 'sql', 'opportunity', 'customer'] %}
{% set horizons = [30, 90, 180, 365, 730] %}
{% set cohort_end = dbt.dateadd('month', 1, 'reached.cohort_month') %}

with

cycles as (

    select
        *,
        {{ month_of('entered_inquiry_at') }} as cohort_month
    from {{ ref('fct_lead_lifecycle') }}
    where cycle_type = 'new' and entered_inquiry_at is not null

),

clock as (

    select as_of from {{ ref('int_clock') }}

),

reached as (

    {% for stage in stages %}
    {% set stage_loop = loop %}
    {% for horizon in horizons %}
    {% set days_to_stage = days_between('entered_inquiry_at', 'entered_' ~ stage ~ '_at') %}
    select
        cohort_month,
        source_channel,
        '{{ stage }}' as stage,
        {{ horizon }} as horizon_days,
        count(*) as entered_count,
        sum(case
            when
                entered_{{ stage }}_at >= entered_inquiry_at
                and {{ days_to_stage }} <= {{ horizon }}
                then 1
            else 0
        end) as reached_count,
        sum(case
            when
                not is_{{ stage }}_inferred
                and entered_{{ stage }}_at >= entered_inquiry_at
                and {{ days_to_stage }} <= {{ horizon }}
                then 1
            else 0
        end) as reached_observed_count
    from cycles
    group by cohort_month, source_channel
    {% if not (loop.last and stage_loop.last) %}union all{% endif %}
    {% endfor %}
    {% endfor %}

),

matured as (

    select
        reached.*,
        -- a cohort is mature when its last lead has had the whole horizon
        {{ days_between('cast(' ~ cohort_end ~ ' as timestamp)', 'clock.as_of') }}
        >= reached.horizon_days as is_mature
    from reached
    cross join clock

),

final as (

    select
        cast(cohort_month as date) as cohort_month,
        cast(source_channel as {{ dbt.type_string() }}) as source_channel,
        cast(stage as {{ dbt.type_string() }}) as stage,
        cast(horizon_days as bigint) as horizon_days,
        cast(entered_count as bigint) as entered_count,
        cast(case when is_mature then reached_count end as bigint) as reached_count,
        cast(case when is_mature then reached_observed_count end as bigint)
            as reached_observed_count,
        case when is_mature then reached_count / nullif(cast(entered_count as double), 0) end
            as conversion_rate,
        cast(is_mature as boolean) as is_mature
    from matured

)

select * from final
