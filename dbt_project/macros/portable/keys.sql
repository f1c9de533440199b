{# A stable 63-bit key of several values: the low 63 bits of md5 over the values joined with an
   unlikely delimiter, null when the last value is null. BIGINT, because joins on it cost half of
   joins on text; `hash()` promises no stability over versions. #}
{% macro stable_key(values) -%}
    {{ return(adapter.dispatch('stable_key', 'lead_ledger')(values)) }}
{%- endmacro %}

{% macro duckdb__stable_key(values) -%}
    cast(
        md5_number_lower({{ values | join(" || '|' || ") }})
        & cast(9223372036854775807 as ubigint) as bigint
    )
{%- endmacro %}

{# The public form of a key: 16 hexadecimal digits, safe in tools whose numbers are doubles. #}
{% macro public_id(key) -%}
    {{ return(adapter.dispatch('public_id', 'lead_ledger')(key)) }}
{%- endmacro %}

{% macro duckdb__public_id(key) -%}
    lpad(lower(to_hex({{ key }})), 16, '0')
{%- endmacro %}
