{# A condition that is never true, and ends the query with `message` where it is evaluated: the only
   way to have a test of dbt say more than how many rows it found. #}
{% macro raise_error(message) -%}
    {{ return(adapter.dispatch('raise_error', 'lead_ledger')(message)) }}
{%- endmacro %}

{% macro duckdb__raise_error(message) -%}
    case when {{ message }} is not null then error({{ message }}) else false end
{%- endmacro %}
