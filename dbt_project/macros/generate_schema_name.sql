{# Bare schema names in production and in what it published; a prefix for everybody else. Seeds and
   marts alike. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {%- set name = (custom_schema_name or target.schema) | trim -%}
    {%- if target.name in ['prod', 'published'] -%}
        {{ name }}
    {%- else -%}
        {{ target.schema }}_{{ name }}
    {%- endif -%}
{%- endmacro %}
