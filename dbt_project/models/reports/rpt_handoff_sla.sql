{% set breakdowns = {
    'all': "'(all)'",
    'month': "cast(" ~ month_of(org_date('handed_off_at')) ~ " as " ~ dbt.type_string() ~ ")",
    'owner': "coalesce(owner_id, '(none)')",
    'source_channel': 'source_channel',
    'rule_version': "coalesce(cast(rule_version as " ~ dbt.type_string() ~ "), '(none)')",
} %}
{% set limits = {'5_minutes': '5 / cast(60 as double)', '1_hour': '1', '24_hours': '24'} %}

with

handoffs as (

    select
        *,
        case when sla_status = 'pending' then 0 else 1 end as is_due
    from {{ ref('fct_lead_handoffs') }}
    -- an impossible time has no speed
    where not has_time_anomaly

),

broken_down as (

    {% for breakdown, value in breakdowns.items() %}
    select
        '{{ breakdown }}' as breakdown,
        {{ value }} as breakdown_value,
        {{ 'max(owner_name)' if breakdown == 'owner' else value }} as breakdown_name,
        count(*) as handoff_count,
        sum(is_due) as due_count,
        {% for limit, hours in limits.items() -%}
        sum(case when speed_to_lead_hours <= {{ hours }} then is_due else 0 end)
            as within_{{ limit }}_count,
        {% endfor -%}
        {% for status in ['met', 'late', 'never', 'pending'] -%}
        sum(case when sla_status = '{{ status }}' then 1 else 0 end) as {{ status }}_count,
        {% endfor -%}
        sum(case when is_worked then 1 else 0 end) as worked_count,
        sum(case when is_ignored then 1 else 0 end) as ignored_count,
        sum(case when is_status_only then 1 else 0 end) as status_only_count,
        sum(case when sales_decision = 'accepted' then 1 else 0 end) as accepted_count,
        sum(case when sales_decision = 'rejected' then 1 else 0 end) as rejected_count,
        percentile_cont(0.5) within group (order by speed_to_lead_hours)
            as median_speed_to_lead_hours,
        percentile_cont(0.5) within group (order by speed_to_lead_business_hours)
            as median_speed_to_lead_business_hours
    from handoffs
    {% if breakdown != 'all' -%}
    group by {{ value }}
    {%- else -%}
    -- no row without a handoff
    having count(*) > 0
    {%- endif %}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

final as (

    select
        cast(breakdown as {{ dbt.type_string() }}) as breakdown,
        cast(breakdown_value as {{ dbt.type_string() }}) as breakdown_value,
        cast(coalesce(breakdown_name, breakdown_value) as {{ dbt.type_string() }})
            as breakdown_name,
        cast(handoff_count as bigint) as handoff_count,
        cast(due_count as bigint) as due_count,
        {% for limit in limits -%}
        cast(within_{{ limit }}_count as bigint) as within_{{ limit }}_count,
        {% endfor -%}
        {% for status in ['met', 'late', 'never', 'pending'] -%}
        cast({{ status }}_count as bigint) as {{ status }}_count,
        {% endfor -%}
        cast(worked_count as bigint) as worked_count,
        cast(ignored_count as bigint) as ignored_count,
        cast(status_only_count as bigint) as status_only_count,
        cast(accepted_count as bigint) as accepted_count,
        cast(rejected_count as bigint) as rejected_count,
        {% for limit in limits -%}
        within_{{ limit }}_count / nullif(cast(due_count as double), 0) as within_{{ limit }}_rate,
        {% endfor -%}
        met_count / nullif(cast(due_count as double), 0) as met_rate,
        never_count / nullif(cast(due_count as double), 0) as never_rate,
        ignored_count / nullif(cast(worked_count + ignored_count as double), 0) as ignored_rate,
        cast(0.7 as double) as claimed_ignored_rate,
        cast('a claim of 2010, often quoted, never a benchmark' as {{ dbt.type_string() }})
            as claimed_ignored_rate_source,
        cast(median_speed_to_lead_hours as double) as median_speed_to_lead_hours,
        cast(median_speed_to_lead_business_hours as double)
            as median_speed_to_lead_business_hours
    from broken_down

)

select * from final
