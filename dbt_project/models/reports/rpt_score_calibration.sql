{% set horizon = var('score_horizon_days') %}
{% set decided_for = days_between('decisions.decided_at', 'clock.as_of') %}
{% set is_in_time = days_between('decisions.decided_at', 'cycles.entered_opportunity_at')
    ~ ' between 0 and ' ~ horizon %}
{% set signals = {
    'score': 'score', 'interest_touches': 'interest_touch_count',
    'commitment_touches': 'commitment_touch_count',
} %}
{% set counts = ['hit', 'worked_and_lost', 'rejected_then_won'] %}
{% set keys = ['signal', 'source_system'] %}

with

-- when an account last won anything, from whoever it came
wins as (

    select
        account_id,
        max(closed_at) as last_won_at
    from {{ ref('fct_opportunities') }}
    where is_won
    group by account_id

),

-- the CRM's first decision of a cycle, if it is old enough to know what came of it
outcomes as (

    select
        decisions.*,
        case
            when not cycles.is_opportunity_inferred and {{ is_in_time }} then 1
            else 0
        end as hit,
        -- the two ways to guess wrong
        case when handoffs.is_worked and cycles.outcome not in ('open', 'won') then 1 else 0 end
            as worked_and_lost,
        case when handoffs.rejected_at < wins.last_won_at then 1 else 0 end as rejected_then_won
    from {{ ref('fct_lead_qualifications') }} as decisions
    cross join {{ ref('int_clock') }} as clock
    inner join {{ ref('fct_lead_lifecycle') }} as cycles
        on decisions.lead_id = cycles.lead_id and decisions.cycle_number = cycles.cycle_number
    inner join {{ ref('fct_lead_handoffs') }} as handoffs
        on
            decisions.lead_id = handoffs.lead_id
            and decisions.cycle_number = handoffs.cycle_number
            and decisions.event_number = handoffs.event_number
    inner join {{ ref('dim_leads') }} as leads on decisions.lead_id = leads.lead_id
    left join wins on leads.account_id = wins.account_id
    where
        decisions.decision_source = 'crm'
        and decisions.decision_number = 1
        and not handoffs.has_time_anomaly
        and {{ decided_for }} >= {{ horizon }}

),

valued as (

    {% for signal, column in signals.items() %}
    select
        '{{ signal }}' as signal,
        {{ 'score_source_system' if signal == 'score' else "'(all)'" }} as source_system,
        cast({{ column }} as double) as signal_value,
        case
            when {{ 'is_score_probability' if signal == 'score' else 'false' }}
                then ({{ column }} - hit) * ({{ column }} - hit)
        end as squared_error,
        {{ counts | join(', ') }}
    from outcomes
    where {{ column }} is not null
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

-- in its tenth, and in all together
ranked as (

    {% for decile in [decile_of('signal_value', keys), 'cast(null as double)'] %}
    select
        *,
        {{ decile }} as decile
    from valued
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

counted as (

    select
        signal,
        source_system,
        decile,
        count(*) as decision_count,
        {% for count in counts -%}
        sum({{ count }}) as {{ count }}_count,
        {% endfor -%}
        min(signal_value) as min_value,
        max(signal_value) as max_value,
        sum(hit) / cast(count(*) as double) as hit_rate,
        case when count(squared_error) = count(*) then avg(squared_error) end as brier_score
    from ranked
    group by signal, source_system, decile

),

-- without any score there is one row, which says so
asked as (

    select 'score' as signal

),

final as (

    select
        cast(coalesce(counted.signal, asked.signal) as {{ dbt.type_string() }}) as signal,
        cast(counted.source_system as {{ dbt.type_string() }}) as source_system,
        cast(counted.decile as bigint) as decile,
        cast(coalesce(counted.decision_count, 0) as bigint) as decision_count,
        {% for count in counts -%}
        cast(counted.{{ count }}_count as bigint) as {{ count }}_count,
        {% endfor -%}
        {% for column in ['min_value', 'max_value', 'hit_rate'] -%}
        cast(counted.{{ column }} as double) as {{ column }},
        {% endfor -%}
        {{ rounded('counted.brier_score') }} as brier_score,
        {% for side, sign in {'low': '-', 'high': '+'}.items() -%}
        {{ wilson_bound('counted.hit_count', 'counted.decision_count', sign) }}
            as hit_{{ side }}_rate,
        {% endfor -%}
        counted.hit_rate / nullif(max(case when counted.decile is null then counted.hit_rate end)
            over (partition by counted.signal, counted.source_system), 0) as lift,
        {% for column in ['auc', 'auc_low', 'auc_high'] -%}
        {{ rounded('curves.' ~ column) }} as {{ column }},
        {% endfor -%}
        cast({{ score_verdict('counted', 'curves') }} as {{ dbt.type_string() }}) as verdict
    from counted
    full outer join asked on counted.signal = asked.signal
    left join {{ auc_by_group('valued', keys, 'signal_value', 'hit') }} as curves
        on
            counted.signal = curves.signal
            and counted.source_system = curves.source_system
            and counted.decile is null

)

select * from final
