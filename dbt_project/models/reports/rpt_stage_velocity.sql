{% set stages = "('inquiry', 'mql', 'sal', 'sql', 'opportunity')" %}
{% set channels = ['source_channel', "'(all)'"] %}

with

clock as (

    select as_of from {{ ref('int_clock') }}

),

-- what left after "now" was still there
visits as (

    select
        visits.source_channel,
        visits.stage,
        coalesce(visits.left_at <= clock.as_of, false) as is_completed,
        case
            when visits.left_at <= clock.as_of then visits.visit_days
            else {{ days_between('visits.entered_at', 'clock.as_of') }}
        end as days
    from {{ ref('fct_lead_stage_visits') }} as visits
    cross join clock
    where
        visits.cycle_type = 'new'
        and visits.stage in {{ stages }}
        and visits.is_measurable
        and visits.entered_at <= clock.as_of

),

spans as (

    {% for channel in channels %}
    select
        {{ channel }} as source_channel,
        stage,
        is_completed,
        days
    from visits
    where days is not null
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

percentiles as (

    select
        source_channel,
        stage,
        count(case when is_completed then 1 end) as completed_count,
        count(case when not is_completed then 1 end) as open_count,
        {% for name, share in {'median': 0.5, 'p75': 0.75, 'p90': 0.9}.items() -%}
        percentile_cont({{ share }}) within group (
            order by case when is_completed then days end
        ) as {{ name }}_days{% if not loop.last %},{% endif %}
        {% endfor %}
    from spans
    group by source_channel, stage

),

survival_medians as (

    select * from {{ kaplan_meier_medians(
        'spans', ['source_channel', 'stage'], 'days', 'is_completed'
    ) }} as medians

),

open_cycles as (

    select * from {{ ref('fct_lead_lifecycle') }}
    where cycle_type = 'new' and is_open and current_stage in {{ stages }}

),

standing as (

    {% for channel in channels %}
    select
        {{ channel }} as source_channel,
        current_stage as stage,
        count(*) as standing_count,
        count(case when is_stalled then 1 end) as stalled_count,
        max(days_in_current_stage) as longest_standing_days
    from open_cycles
    group by {% if loop.first %}source_channel, {% endif %}current_stage
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

keys as (

    select
        source_channel,
        stage
    from percentiles
    union
    select
        source_channel,
        stage
    from standing

),

final as (

    select
        cast(keys.source_channel as {{ dbt.type_string() }}) as source_channel,
        cast(keys.stage as {{ dbt.type_string() }}) as stage,
        cast(coalesce(percentiles.completed_count, 0) as bigint) as completed_visit_count,
        cast(coalesce(percentiles.open_count, 0) as bigint) as open_visit_count,
        cast(percentiles.median_days as double) as median_days,
        cast(percentiles.p75_days as double) as p75_days,
        cast(percentiles.p90_days as double) as p90_days,
        cast(survival_medians.km_median as double) as km_median_days,
        cast(coalesce(standing.standing_count, 0) as bigint) as standing_count,
        cast(coalesce(standing.stalled_count, 0) as bigint) as stalled_count,
        {{ share_of('standing.stalled_count', 'standing.standing_count') }} as stalled_rate,
        cast(standing.longest_standing_days as double) as longest_standing_days
    from keys
    left join percentiles
        on
            keys.source_channel = percentiles.source_channel
            and keys.stage = percentiles.stage
    left join survival_medians
        on
            keys.source_channel = survival_medians.source_channel
            and keys.stage = survival_medians.stage
    left join standing
        on keys.source_channel = standing.source_channel and keys.stage = standing.stage

)

select * from final
