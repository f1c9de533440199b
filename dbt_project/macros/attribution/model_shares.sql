{# The integer shares of the declared models. A touch of a journey has share A_i of the total T,
   and A_1 + … + A_i is its running share; the weight is A_i / T. Integers keep the division exact.
   Sources of the definitions: docs/attribution.md.

   The columns that these expressions read are those of int_attribution__touch_weights: touch_count
   and touch_position (1..touch_count), positions and counts of the journey, and what is summed
   over the journey (`model_summand`), its total and its running total. #}

{# What has to be added up over the touches to know a model's totals; none where they follow from
   positions alone. Decay: from the journey's last touch, because the normalised weights are the
   same and never underflow. Shapley: each channel's part over its touches, as the least common
   multiple of all counts keeps it whole. Milestones: 1 for each middle touch. #}
{% macro model_summand(model) -%}
    {%- if model.family == 'decay' -%}
        {%- set half_life_seconds = 'cast(' ~ (model.half_life_days * 86400) ~ ' as double)' -%}
        cast(
            round(1e9 * power(cast(2 as double), -(seconds_before_last / {{ half_life_seconds }})))
            as bigint
        )
    {%- elif model.family == 'shapley' -%}
        cast(
            round(cast(touch_count_multiple as double) / channel_touch_count)
            as bigint
        )
    {%- elif model.family == 'milestone' and model.middle > 0 -%}
        case when {{ is_middle_touch(model) }} then 1 else 0 end
    {%- endif -%}
{%- endmacro %}

{% macro model_share(model) -%}
    {%- if model.family == 'single' -%}
        case when touch_position = {{ single_position(model) }} then 1 else 0 end
    {%- elif model.family == 'linear' -%}
        1
    {%- elif model.family == 'position' -%}
        case
            when touch_count = 1 then 1
            when touch_position = 1 then {{ model.first }} * greatest(touch_count - 2, 1)
            when touch_position = touch_count then {{ model.last }} * greatest(touch_count - 2, 1)
            else {{ model.middle }}
        end
    {%- elif model.family == 'milestone' -%}
        {{ milestone_share(model, '=') }}
    {%- else -%}
        {{ model.name }}__summand
    {%- endif -%}
{%- endmacro %}

{% macro model_total(model) -%}
    {%- if model.family == 'single' -%}
        1
    {%- elif model.family == 'linear' -%}
        touch_count
    {%- elif model.family == 'position' -%}
        case
            when touch_count = 1 then 1
            when touch_count = 2 then {{ model.first + model.last }}
            else {{ model.first + model.middle + model.last }} * (touch_count - 2)
        end
    {%- elif model.family == 'milestone' -%}
        case
            when {{ model.name }}__parts = 0 then 1
            else {{ model.name }}__parts * {{ middle_factor(model) }}
            {%- if model.middle > 0 %}
            + {{ model.middle }} * {{ model.name }}__summand_total
            {%- endif %}
        end
    {%- else -%}
        {{ model.name }}__summand_total
    {%- endif -%}
{%- endmacro %}

{% macro model_running_share(model) -%}
    {%- if model.family == 'single' -%}
        case when touch_position >= {{ single_position(model) }} then 1 else 0 end
    {%- elif model.family == 'linear' -%}
        touch_position
    {%- elif model.family == 'position' -%}
        case
            when touch_count = 1 then 1
            when touch_count = 2
                then {{ model.first }} + {{ model.last }} * (touch_position - 1)
            when touch_position = touch_count
                then {{ model.first + model.middle + model.last }} * (touch_count - 2)
            else {{ model.first }} * (touch_count - 2) + {{ model.middle }} * (touch_position - 1)
        end
    {%- elif model.family == 'milestone' -%}
        {{ milestone_share(model, '>=') }}
    {%- else -%}
        {{ model.name }}__summand_so_far
    {%- endif -%}
{%- endmacro %}

{# Which touch has all of the credit: the first or last of its kind, else the first or last of all
   (int_attribution__journey_facts). #}
{% macro single_position(model) -%}
    {%- if model.among != 'any' -%}
        {{ model.position }}_{{ model.among }}_position
    {%- else -%}
        {{ {'first': '1', 'last': 'touch_count'}[model.position] }}
    {%- endif -%}
{%- endmacro %}
