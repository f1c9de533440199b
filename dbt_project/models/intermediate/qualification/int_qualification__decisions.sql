{{ config(**built_by_key('lead', 'lead_key')) }}

-- Decisions that a lead is ready for sales: the CRM's, at every observed entry to mql, and the
-- rules', at the first signal of a cycle at which the version in force is met. Each with what that
-- version says of the inputs then.
with

states as (

    select * from {{ ref('int_qualification__states') }}
    where {{ is_changed('lead', 'lead_key') }}

),

rules as (

    select * from {{ ref('qualification_rules') }}
    where rule = 'mql'

),

judged as (

    select
        states.*,
        rules.version as rule_version,
        {{ qualification_reason('states', 'rules') }} as verdict_reason
    from states
    left join rules on {{ is_effective('rules', 'states.occurred_at') }}

),

-- rules decide when something happens that they look at, while the cycle lasts
met as (

    select
        *,
        row_number() over (
            partition by lead_key, cycle_number
            order by occurred_at, signal_type, signal_key
        ) as met_rank
    from judged
    where signal_type != 'mql' and verdict_reason = 'all_met' and not is_after_end

),

decided as (

    select
        'crm' as decision_source,
        lead_key,
        cycle_number,
        event_number,
        signal_type,
        source_system,
        source_object,
        source_record_id,
        occurred_at,
        rule_version,
        score,
        score_source_system,
        is_score_probability,
        interest_touch_count,
        commitment_touch_count,
        has_two_way_conversation,
        verdict_reason
    from judged
    where signal_type = 'mql'

    union all

    select
        'rules' as decision_source,
        lead_key,
        cycle_number,
        cast(null as bigint) as event_number,
        signal_type,
        source_system,
        source_object,
        source_record_id,
        occurred_at,
        rule_version,
        score,
        score_source_system,
        is_score_probability,
        interest_touch_count,
        commitment_touch_count,
        has_two_way_conversation,
        verdict_reason
    from met
    where met_rank = 1

),

final as (

    select
        {{ stable_key([
            'decision_source',
            'cast(lead_key as ' ~ dbt.type_string() ~ ')',
            'cast(cycle_number as ' ~ dbt.type_string() ~ ')',
            'cast(coalesce(event_number, 0) as ' ~ dbt.type_string() ~ ')',
        ]) }} as qualification_key,
        *,
        row_number() over (
            partition by lead_key, cycle_number, decision_source
            order by occurred_at, event_number nulls first
        ) as decision_number,
        {{ qualification_verdict('verdict_reason') }} as verdict
    from decided

)

select * from final
