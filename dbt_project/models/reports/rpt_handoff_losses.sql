with

cycles as (

    select * from {{ ref('fct_lead_lifecycle') }}
    where outcome in ('recycled', 'disqualified', 'lost')

),

handoffs as (

    select
        *,
        row_number() over (
            partition by lead_id, cycle_number order by handed_off_at, event_number
        ) as handoff_number,
        row_number() over (
            partition by lead_id, cycle_number
            order by first_activity_at nulls last, handed_off_at, event_number
        ) as answer_number
    from {{ ref('fct_lead_handoffs') }}
    where not has_time_anomaly

),

-- of several handoffs of a cycle, the first is the one that sales was first told of
answered as (

    select
        lead_id,
        cycle_number,
        count(*) as handoff_count,
        max(case when is_worked then 1 else 0 end) = 1 as is_worked,
        max(case when sales_decision = 'accepted' then 1 else 0 end) = 1 as is_accepted,
        {% for column in [
            'handed_off_at', 'sla_status', 'owner_id', 'owner_name', 'rule_version',
            'source_system', 'source_object', 'source_record_id',
        ] -%}
        max(case when handoff_number = 1 then {{ column }} end) as {{ column }},
        {% endfor -%}
        {% for column in [
            'first_activity_at', 'first_activity_source_system', 'first_activity_source_object',
            'first_activity_source_record_id',
        ] -%}
        max(case when answer_number = 1 then {{ column }} end) as {{ column }}
        {%- if not loop.last %},{% endif %}
        {% endfor %}
    from handoffs
    group by lead_id, cycle_number

),

-- the event by which the cycle ended
exits as (

    select
        *,
        row_number() over (
            partition by lead_id, cycle_number order by event_number desc
        ) as recency
    from {{ ref('fct_lead_stage_events') }}

),

placed as (

    select
        cycles.lead_id,
        cycles.cycle_number,
        cycles.source_channel,
        cycles.outcome,
        answered.handed_off_at,
        exits.occurred_at as exited_at,
        answered.owner_id,
        answered.owner_name,
        answered.rule_version,
        answered.handoff_count,
        case
            when not answered.is_worked then 'not_worked'
            when not answered.is_accepted then 'not_accepted'
            when answered.sla_status != 'met' then 'worked_late'
            else 'worked_and_lost'
        end as loss_category,
        answered.source_system as handoff_source_system,
        answered.source_object as handoff_source_object,
        answered.source_record_id as handoff_source_record_id,
        answered.first_activity_at,
        answered.first_activity_source_system,
        answered.first_activity_source_object,
        answered.first_activity_source_record_id,
        exits.source_system as exit_source_system,
        exits.source_object as exit_source_object,
        exits.source_record_id as exit_source_record_id
    from cycles
    inner join answered
        on cycles.lead_id = answered.lead_id and cycles.cycle_number = answered.cycle_number
    inner join exits
        on
            cycles.lead_id = exits.lead_id
            and cycles.cycle_number = exits.cycle_number
            and exits.recency = 1

),

{% set evidence = {'not_worked': 'handoff', 'worked_late': 'first_activity'} %}

final as (

    select
        cast(lead_id as {{ dbt.type_string() }}) as lead_id,
        cast(cycle_number as bigint) as cycle_number,
        cast(loss_category as {{ dbt.type_string() }}) as loss_category,
        cast(outcome as {{ dbt.type_string() }}) as outcome,
        cast(source_channel as {{ dbt.type_string() }}) as source_channel,
        cast(owner_id as {{ dbt.type_string() }}) as owner_id,
        cast(owner_name as {{ dbt.type_string() }}) as owner_name,
        cast(rule_version as bigint) as rule_version,
        cast(handoff_count as bigint) as handoff_count,
        cast(handed_off_at as timestamp) as handed_off_at,
        cast(first_activity_at as timestamp) as first_activity_at,
        cast(exited_at as timestamp) as exited_at,
        {% for part in ['source_system', 'source_object', 'source_record_id'] -%}
        cast(
            case loss_category
                {% for category, record in evidence.items() -%}
                when '{{ category }}' then {{ record }}_{{ part }}
                {% endfor -%}
                else exit_{{ part }}
            end as {{ dbt.type_string() }}
        ) as evidence_{{ part }}
        {%- if not loop.last %},{% endif %}
        {% endfor %}
    from placed

)

select * from final
