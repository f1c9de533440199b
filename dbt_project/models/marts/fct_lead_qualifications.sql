{{ config(**built_by_key('lead', 'lead_id')) }}

with

decisions as (

    select * from {{ ref('int_qualification__decisions') }}
    where {{ is_changed('lead', 'lead_key') }}

),

leads as (

    select * from {{ ref('int_identity__leads') }}
    where is_live

),

final as (

    select
        cast({{ public_id('decisions.qualification_key') }} as {{ dbt.type_string() }})
            as qualification_id,
        cast({{ public_id('decisions.lead_key') }} as {{ dbt.type_string() }}) as lead_id,
        cast(decisions.cycle_number as bigint) as cycle_number,
        cast(decisions.decision_source as {{ dbt.type_string() }}) as decision_source,
        cast(decisions.decision_number as bigint) as decision_number,
        cast(decisions.event_number as bigint) as event_number,
        cast(decisions.occurred_at as timestamp) as decided_at,
        cast(decisions.rule_version as bigint) as rule_version,
        cast(decisions.score as double) as score,
        cast(decisions.score_source_system as {{ dbt.type_string() }}) as score_source_system,
        cast(decisions.is_score_probability as boolean) as is_score_probability,
        cast(decisions.interest_touch_count as bigint) as interest_touch_count,
        cast(decisions.commitment_touch_count as bigint) as commitment_touch_count,
        cast(decisions.has_two_way_conversation as boolean) as has_two_way_conversation,
        cast(decisions.verdict as {{ dbt.type_string() }}) as verdict,
        cast(decisions.verdict_reason as {{ dbt.type_string() }}) as verdict_reason,
        cast(decisions.signal_type as {{ dbt.type_string() }}) as signal_type,
        cast(decisions.source_system as {{ dbt.type_string() }}) as source_system,
        cast(decisions.source_object as {{ dbt.type_string() }}) as source_object,
        cast(decisions.source_record_id as {{ dbt.type_string() }}) as source_record_id
    from decisions
    inner join leads on decisions.lead_key = leads.lead_key

)

select * from final
