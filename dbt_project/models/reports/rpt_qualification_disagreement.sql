with

decisions as (

    select * from {{ ref('fct_lead_qualifications') }}
    where decision_number = 1

),

-- the first decision of either side in a cycle
sides as (

    select
        lead_id,
        cycle_number,
        {% for side in ['crm', 'rules'] -%}
        max(case when decision_source = '{{ side }}' then decided_at end) as {{ side }}_at,
        max(case when decision_source = '{{ side }}' then rule_version end)
            as {{ side }}_rule_version,
        {% endfor -%}
        max(case when decision_source = 'crm' then verdict_reason end) as crm_verdict_reason
    from decisions
    group by lead_id, cycle_number

),

cycles as (

    select * from {{ ref('fct_lead_lifecycle') }}

),

compared as (

    select
        case
            when sides.rules_at is null then 'crm_only'
            when sides.crm_at is null then 'rules_only'
            else 'both'
        end as agreement,
        -- what the rules say of the leads that the CRM calls ready, when it does
        coalesce(sides.crm_verdict_reason, 'all_met') as verdict_reason,
        case
            when sides.rules_at is null or sides.crm_at <= sides.rules_at
                then {{ month_of(org_date('sides.crm_at')) }}
            else {{ month_of(org_date('sides.rules_at')) }}
        end as decision_month,
        case
            when sides.rules_at is null or sides.crm_at <= sides.rules_at
                then sides.crm_rule_version
            else sides.rules_rule_version
        end as rule_version,
        {{ days_between('sides.crm_at', 'sides.rules_at') }} as rules_behind_crm_days,
        cycles.entered_opportunity_at is not null as has_opportunity,
        cycles.outcome = 'won' as is_won
    from sides
    inner join cycles
        on sides.lead_id = cycles.lead_id and sides.cycle_number = cycles.cycle_number

),

counted as (

    select
        decision_month,
        rule_version,
        agreement,
        verdict_reason,
        count(*) as cycle_count,
        sum(case when has_opportunity then 1 else 0 end) as opportunity_cycle_count,
        sum(case when is_won then 1 else 0 end) as won_cycle_count,
        percentile_cont(0.5) within group (order by rules_behind_crm_days)
            as median_rules_behind_crm_days
    from compared
    group by decision_month, rule_version, agreement, verdict_reason

),

final as (

    select
        cast(decision_month as date) as decision_month,
        cast(rule_version as bigint) as rule_version,
        cast(agreement as {{ dbt.type_string() }}) as agreement,
        cast(verdict_reason as {{ dbt.type_string() }}) as verdict_reason,
        cast(cycle_count as bigint) as cycle_count,
        cast(sum(cycle_count) over (partition by decision_month, rule_version) as bigint)
            as month_cycle_count,
        cast(opportunity_cycle_count as bigint) as opportunity_cycle_count,
        cast(won_cycle_count as bigint) as won_cycle_count,
        cast(median_rules_behind_crm_days as double) as median_rules_behind_crm_days
    from counted

)

select * from final
