with

handoffs as (

    select * from {{ ref('int_lifecycle__handoffs_judged') }}

),

leads as (

    select * from {{ ref('int_identity__leads') }}
    where is_live

),

owners as (

    select * from {{ ref('int_identity__owners_unioned') }}

),

sources as (

    select * from {{ ref('int_lifecycle__cycle_sources') }}

),

rules as (

    select * from {{ ref('qualification_rules') }}
    where rule = 'mql'

),

final as (

    select
        cast({{ public_id('handoffs.handoff_key') }} as {{ dbt.type_string() }}) as handoff_id,
        cast({{ public_id('handoffs.lead_key') }} as {{ dbt.type_string() }}) as lead_id,
        cast(handoffs.cycle_number as bigint) as cycle_number,
        cast(handoffs.event_number as bigint) as event_number,
        cast(handoffs.handed_off_at as timestamp) as handed_off_at,
        cast(handoffs.has_time_anomaly as boolean) as has_time_anomaly,
        cast(handoffs.source_system as {{ dbt.type_string() }}) as source_system,
        cast(handoffs.source_object as {{ dbt.type_string() }}) as source_object,
        cast(handoffs.source_record_id as {{ dbt.type_string() }}) as source_record_id,
        cast({{ public_id('owners.owner_key') }} as {{ dbt.type_string() }}) as owner_id,
        cast(owners.owner_name as {{ dbt.type_string() }}) as owner_name,
        cast(coalesce(sources.channel, '(unattributed)') as {{ dbt.type_string() }})
            as source_channel,
        cast(sources.campaign_key as {{ dbt.type_string() }}) as source_campaign_key,
        cast(rules.version as bigint) as rule_version,
        cast(handoffs.sla_policy as {{ dbt.type_string() }}) as sla_policy,
        cast(handoffs.sla_hours as double) as sla_hours,
        cast(handoffs.time_zone as {{ dbt.type_string() }}) as time_zone,
        cast(handoffs.is_owner_time_zone as boolean) as is_owner_time_zone,
        cast(handoffs.sla_due_at as timestamp) as sla_due_at,
        cast(handoffs.first_activity_at as timestamp) as first_activity_at,
        {% for column in [
            'first_activity_type', 'first_activity_source_system',
            'first_activity_source_object', 'first_activity_source_record_id',
        ] -%}
        cast(handoffs.{{ column }} as {{ dbt.type_string() }}) as {{ column }},
        {% endfor -%}
        cast(handoffs.speed_to_lead_hours as double) as speed_to_lead_hours,
        cast(handoffs.speed_to_lead_business_hours as double) as speed_to_lead_business_hours,
        cast(handoffs.sla_status as {{ dbt.type_string() }}) as sla_status,
        cast(handoffs.is_worked as boolean) as is_worked,
        cast(handoffs.is_ignored as boolean) as is_ignored,
        cast(handoffs.sales_decision as {{ dbt.type_string() }}) as sales_decision,
        cast(handoffs.accepted_at as timestamp) as accepted_at,
        cast(handoffs.rejected_at as timestamp) as rejected_at,
        cast(handoffs.rejection_reason as {{ dbt.type_string() }}) as rejection_reason,
        cast(handoffs.is_status_only as boolean) as is_status_only
    from handoffs
    inner join leads on handoffs.lead_key = leads.lead_key
    left join owners on handoffs.owner_key = owners.owner_key
    left join sources
        on
            handoffs.lead_key = sources.lead_key
            and handoffs.cycle_number = sources.cycle_number
    left join rules on {{ is_effective('rules', 'handoffs.handed_off_at') }}

)

select * from final
