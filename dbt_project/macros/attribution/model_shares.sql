{# The integer shares of the declared models. A touch of a journey has share A_i of the total T;
   the weight is A_i / T. Each family is one expression over touch_position (1..touch_count),
   and integers keep the division exact. Sources of the definitions: docs/attribution.md. #}

{# The share of one touch under `model`, from variable `attribution_models`. #}
{% macro model_share(model) -%}
    {%- if model.family == 'single' -%}
        {%- set positions = {'first': '1', 'last': 'touch_count'} -%}
        {%- if model.position not in positions -%}
            {{ exceptions.raise_compiler_error(
                "attribution model '" ~ model.name ~ "' has an unknown position: " ~ model.position
            ) }}
        {%- endif -%}
        case when touch_position = {{ positions[model.position] }} then 1 else 0 end
    {%- elif model.family == 'linear' -%}
        1
    {%- elif model.family == 'position' -%}
        case
            when touch_count = 1 then 1
            when touch_count = 2
                then case when touch_position = 1 then {{ model.first }} else {{ model.last }} end
            when touch_position = 1 then {{ model.first }} * (touch_count - 2)
            when touch_position = touch_count then {{ model.last }} * (touch_count - 2)
            else {{ model.middle }}
        end
    {%- elif model.family == 'decay' -%}
        {# from the journey's last touch: the normalised weights are the same and never underflow #}
        {%- set half_life_seconds = 'cast(' ~ (model.half_life_days * 86400) ~ ' as double)' %}
        cast(
            round(1e9 * power(cast(2 as double), -(seconds_before_last / {{ half_life_seconds }})))
            as bigint
        )
    {%- elif model.family == 'milestone' -%}
        {{ milestone_share(model) }}
    {%- else -%}
        {{ exceptions.raise_compiler_error(
            "attribution model '" ~ model.name ~ "' has an unknown family: " ~ model.family
        ) }}
    {%- endif -%}
{%- endmacro %}

{# Milestone touches get their percentage times the number of middle touches, each middle touch
   its percentage once: with m middle touches the total is (milestones + middle) * m, with none
   the milestones alone. A milestone that lies after the conversion has no part;
   a model left with no milestone gives all to the first touch. #}
{% macro milestone_share(model) -%}
    {%- set positions = [] -%}
    {%- for milestone in model.milestones -%}
        {%- do positions.append(milestone_position(model, milestone)) -%}
    {%- endfor -%}
    case
        when coalesce({{ positions | join(', ') }}) is null
            then case when touch_position = 1 then 1 else 0 end
        else (
            {%- for percent in model.milestones.values() %}
            case when touch_position = {{ positions[loop.index0] }} then {{ percent }} else 0 end
            {%- if not loop.last %} + {% endif -%}
            {%- endfor %}
        ) * greatest({{ model.name }}__middle_count, 1)
        + case when {{ is_middle_touch(model) }} then {{ model.middle }} else 0 end
    end
{%- endmacro %}

{# Where a milestone falls: its own touch; shifted to the next milestone that has one, after the
   last to the previous (`shift_forward`); null when it lies after the conversion or, under
   `renormalise`, has none. #}
{% macro milestone_position(model, milestone) -%}
    {%- set names = model.milestones.keys() | list -%}
    {%- set at = names.index(milestone) -%}
    {%- set order = [milestone] -%}
    {%- if model.get('on_missing', 'shift_forward') == 'shift_forward' -%}
        {%- set order = order + names[at + 1:] + (names[:at] | reverse | list) -%}
    {%- endif -%}
    {%- set positions = [] -%}
    {%- for name in order -%}
        {%- do positions.append(name ~ '_position') -%}
    {%- endfor -%}
    case when has_{{ milestone }} then coalesce({{ positions | join(', ') }}) end
{%- endmacro %}

{# A touch between the first milestone and the last one that is in the model, on none of them. #}
{% macro is_middle_touch(model) -%}
    can_be_middle
    {%- for milestone in model.milestones %}
    and touch_position is distinct from {{ milestone_position(model, milestone) }}
    {%- endfor %}
    {#- the larger default keeps a missing milestone out of the minimum, zero out of the maximum #}
    {%- for bound, missing, comparison in [('least', 'touch_count', '>'), ('greatest', '0', '<')] %}
    and touch_position {{ comparison }} {{ bound }}(
        {%- for milestone in model.milestones -%}
        coalesce({{ milestone_position(model, milestone) }}, {{ missing }})
        {%- if not loop.last %}, {% endif %}
        {%- endfor -%}
    )
    {%- endfor %}
{%- endmacro %}
