{% set days_since_touch = days_between('touched.last_touch_at', 'clock.as_of') %}
{% set days_since_commitment = days_between('touched.last_commitment_at', 'clock.as_of') %}
{% set columns = {
    'lead_id': dbt.type_string(), 'cycle_number': 'bigint', 'full_name': dbt.type_string(),
    'company_name': dbt.type_string(), 'owner_name': dbt.type_string(),
    'current_stage': dbt.type_string(), 'days_in_current_stage': 'double',
    'is_stalled': 'boolean', 'source_channel': dbt.type_string(), 'last_touch_at': 'timestamp',
    'last_touch_type': dbt.type_string(), 'last_touch_channel': dbt.type_string(),
    'last_commitment_at': 'timestamp', 'last_commitment_type': dbt.type_string(),
    'handed_off_at': 'timestamp', 'sla_due_at': 'timestamp', 'sla_status': dbt.type_string(),
    'verdict': dbt.type_string(),
} %}
{% set plays = "('open_opportunity', 'fresh_commitment', 'waiting_for_first_contact',"
    ~ " 'accepted_and_moving')" %}

with

cycles as (

    select
        *,
        row_number() over (partition by lead_id order by cycle_number desc) as recency
    from {{ ref('fct_lead_lifecycle') }}
    where is_open

),

touches as (

    select
        *,
        row_number() over (
            partition by lead_id order by occurred_at desc, touch_id asc
        ) as touch_recency,
        row_number() over (
            partition by lead_id, touch_class order by occurred_at desc, touch_id asc
        ) as class_recency
    from {{ ref('fct_touches') }}
    where
        is_attributable
        and not is_inferred
        and lead_id in (select cycles.lead_id from cycles)

),

touched as (

    select
        lead_id,
        max(case when touch_recency = 1 then occurred_at end) as last_touch_at,
        max(case when touch_recency = 1 then touch_type end) as last_touch_type,
        max(case when touch_recency = 1 then channel end) as last_touch_channel,
        max(case when touch_class = 'commitment' and class_recency = 1 then occurred_at end)
            as last_commitment_at,
        max(case when touch_class = 'commitment' and class_recency = 1 then touch_type end)
            as last_commitment_type
    from touches
    group by lead_id

),

handoffs as (

    select
        *,
        row_number() over (
            partition by lead_id, cycle_number order by handed_off_at desc, event_number desc
        ) as recency
    from {{ ref('fct_lead_handoffs') }}
    where not has_time_anomaly

),

described as (

    select
        cycles.*,
        leads.full_name,
        leads.company_name,
        touched.last_touch_at,
        touched.last_touch_type,
        touched.last_touch_channel,
        touched.last_commitment_at,
        touched.last_commitment_type,
        handoffs.handed_off_at,
        handoffs.sla_due_at,
        handoffs.sla_status,
        handoffs.sales_decision,
        coalesce({{ days_since_touch }} > {{ var('work_queue_cold_days') }}, true) as is_cold,
        coalesce({{ days_since_commitment }} <= {{ var('work_queue_fresh_days') }}, false)
            as has_fresh_commitment
    from cycles
    cross join {{ ref('int_clock') }} as clock
    inner join {{ ref('dim_leads') }} as leads on cycles.lead_id = leads.lead_id
    left join touched on cycles.lead_id = touched.lead_id
    left join handoffs
        on
            cycles.lead_id = handoffs.lead_id
            and cycles.cycle_number = handoffs.cycle_number
            and handoffs.recency = 1
    where cycles.recency = 1

),

judged as (

    select
        *,
        case
            when current_stage = 'opportunity' then 'open_opportunity'
            when has_fresh_commitment then 'fresh_commitment'
            when sales_decision is null and sla_status in ('pending', 'never') and not is_cold
                then 'waiting_for_first_contact'
            when current_stage in ('sal', 'sql') and not is_stalled then 'accepted_and_moving'
            when is_cold then 'no_touch_for_long'
            when is_stalled and last_commitment_at is null then 'stalled_without_commitment'
            when last_commitment_at is null then 'interest_only'
            else 'commitment_gone_cold'
        end as verdict_reason
    from described

),

decided as (

    select
        *,
        case
            when verdict_reason in {{ plays }} then 'play'
            when verdict_reason in ('no_touch_for_long', 'stalled_without_commitment') then 'pass'
            else 'nurture'
        end as verdict
    from judged

),

final as (

    select
        {% for column, type in columns.items() -%}
        cast({{ column }} as {{ type }}) as {{ column }},
        {% endfor -%}
        cast(verdict_reason as {{ dbt.type_string() }}) as verdict_reason
    from decided

)

select * from final
