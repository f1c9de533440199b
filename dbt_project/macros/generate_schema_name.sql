{# Bare schema names in production; a prefix for everybody else. Seeds and marts alike. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {%- set name = (custom_schema_name or target.schema) | trim -%}
    {%- if target.name == 'prod' -%}
        {{ name }}
    {%- else -%}
        {{ target.schema }}_{{ name }}
    {%- endif -%}
{%- endmacro %}
