{# Milestone models. Each milestone has its part times the number of middle touches, each middle
   touch the middle part once: with m middle touches the total is (parts + middle) * m, with none
   the parts alone. A milestone without a position has no part; a model left with none gives all
   to the first touch. #}

{# The share of a touch (`=`), or of all touches up to it (`>=`). #}
{% macro milestone_share(model, comparison) -%}
    case
        when {{ model.name }}__parts = 0
            then case when touch_position {{ comparison }} 1 then 1 else 0 end
        else (
            {%- for milestone, part in model.milestones.items() %}
            case
                when touch_position {{ comparison }} {{ model.name }}__{{ milestone }}_position
                    then {{ part }}
                else 0
            end
            {%- if not loop.last %} + {% endif -%}
            {%- endfor %}
        ) * {{ middle_factor(model) }}
        {%- if model.middle > 0 %}
        + {{ model.middle }}
        * {{ model.name }}__summand{{ '' if comparison == '=' else '_so_far' }}
        {%- endif %}
    end
{%- endmacro %}

{% macro middle_factor(model) -%}
    {%- if model.middle > 0 -%}
        greatest({{ model.name }}__summand_total, 1)
    {%- else -%}
        1
    {%- endif -%}
{%- endmacro %}

{# Where a milestone of a model falls: its own touch; shifted to the next milestone that has one,
   after the last to the previous (`shift_forward`); null when it lies after the conversion or,
   under `renormalise`, has none. #}
{% macro milestone_position(model, milestone) -%}
    {%- set names = model.milestones.keys() | list -%}
    {%- set at = names.index(milestone) -%}
    {%- set order = [milestone] -%}
    {%- if model.on_missing == 'shift_forward' -%}
        {%- set order = order + names[at + 1:] + (names[:at] | reverse | list) -%}
    {%- endif -%}
    {%- set positions = [] -%}
    {%- for name in order -%}
        {%- do positions.append(name ~ '_position') -%}
    {%- endfor -%}
    case when has_{{ milestone }} then coalesce({{ positions | join(', ') }}) end
{%- endmacro %}

{# The sum of the parts of the milestones that have a position. #}
{% macro milestone_parts(model) -%}
    {%- for milestone, part in model.milestones.items() -%}
    case when {{ milestone_position(model, milestone) }} is not null then {{ part }} else 0 end
    {%- if not loop.last %} + {% endif -%}
    {%- endfor -%}
{%- endmacro %}

{# A touch on none of the milestones; `ruled`: of a type that can be a middle touch, between the
   first and the last milestone that are in the model. #}
{% macro is_middle_touch(model) -%}
    {%- set positions = [] -%}
    {%- for milestone in model.milestones -%}
        {%- do positions.append(model.name ~ '__' ~ milestone ~ '_position') -%}
    {%- endfor -%}
    {%- for position in positions %}
    {%- if not loop.first %} and {% endif -%}
    touch_position != coalesce({{ position }}, 0)
    {%- endfor %}
    {%- if model.middle_touches == 'ruled' %}
    and can_be_middle
    and touch_position > coalesce({{ positions | join(', ') }})
    and touch_position < coalesce({{ positions | reverse | join(', ') }})
    {%- endif %}
{%- endmacro %}
