{# What a version of the rule says of inputs: the first thing that is missing, `all_met` when
   nothing is, `no_rule` when there is no version. `inputs` and `rules` are the aliases of a row
   of fct_lead_qualifications (or int_qualification__states) and of the rule version. #}
{% macro qualification_reason(inputs, rules) -%}
    {%- set committed = inputs ~ '.commitment_touch_count > 0' -%}
    {%- set spoken = inputs ~ '.has_two_way_conversation' -%}
    case
        when {{ rules }}.evidence_needed is null then 'no_rule'
        when {{ rules }}.min_score is not null and {{ inputs }}.score is null then 'no_score'
        when {{ inputs }}.score < {{ rules }}.min_score then 'score_too_low'
        when {{ inputs }}.interest_touch_count < {{ rules }}.min_interest_touches
            then 'too_little_interest'
        when {{ rules }}.evidence_needed in ('commitment_touch', 'both') and not {{ committed }}
            then 'no_commitment'
        when {{ rules }}.evidence_needed in ('two_way_conversation', 'both') and not {{ spoken }}
            then 'no_conversation'
        when {{ rules }}.evidence_needed = 'either' and not ({{ committed }} or {{ spoken }})
            then 'no_commitment_or_conversation'
        else 'all_met'
    end
{%- endmacro %}

{# The verdict that goes with a reason. #}
{% macro qualification_verdict(reason) -%}
    case {{ reason }}
        when 'all_met' then 'qualified'
        when 'no_rule' then 'no_rule'
        else 'not_qualified'
    end
{%- endmacro %}

{# The condition that a version of a rule was in force at a moment. #}
{% macro is_effective(rules, moment) -%}
    {{ rules }}.effective_from <= {{ org_date(moment) }}
    and ({{ rules }}.effective_to is null or {{ rules }}.effective_to >= {{ org_date(moment) }})
{%- endmacro %}
