{# The median of a group, interpolated between the two in the middle; nulls do not count. #}
{% macro median(value) -%}
    {{ return(adapter.dispatch('median', 'lead_ledger')(value)) }}
{%- endmacro %}

{% macro duckdb__median(value) -%}
    quantile_cont({{ value }}, 0.5)
{%- endmacro %}
