{# The conversion types that a model credits. #}
{% macro credited_types(model) -%}
    {%- set types = ['revenue', 'pipeline'] -%}
    {%- if model.credits_lead_cycles -%}
        {%- set types = types + (var('lead_conversion_stages').keys() | list) -%}
    {%- endif -%}
    {{ return(types) }}
{%- endmacro %}

{# A relation of every model with each type that it credits: (conversion_type,
   attribution_model). #}
{% macro credited_dimensions() -%}
(
    {% for model in attribution_models() -%}
    {% set model_loop = loop -%}
    {% for conversion_type in credited_types(model) -%}
    select
        '{{ conversion_type }}' as conversion_type,
        '{{ model.name }}' as attribution_model
    {% if not (loop.last and model_loop.last) %}union all{% endif %}
    {% endfor -%}
    {% endfor -%}
)
{%- endmacro %}

{# The condition that the model named in a column credits a conversion type. #}
{% macro credits_type(attribution_model, conversion_type) -%}
    {%- set names = [] -%}
    {%- for model in attribution_models() if conversion_type in credited_types(model) -%}
        {%- do names.append("'" ~ model.name ~ "'") -%}
    {%- endfor -%}
    {%- if names -%}
        {{ attribution_model }} in ({{ names | join(', ') }})
    {%- else -%}
        false
    {%- endif -%}
{%- endmacro %}
