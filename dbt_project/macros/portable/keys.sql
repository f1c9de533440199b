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

{# A hash of several values for use within one query: much cheaper than a key, never null, and
   not the same in another version of the engine. #}
{% macro query_hash(values) -%}
    {{ return(adapter.dispatch('query_hash', 'lead_ledger')(values)) }}
{%- endmacro %}

{% macro duckdb__query_hash(values) -%}
    hash({{ values | join(', ') }})
{%- endmacro %}

{# The public form of a key: 16 hexadecimal digits, safe in tools whose numbers are doubles. #}
{% macro public_id(key) -%}
    {{ return(adapter.dispatch('public_id', 'lead_ledger')(key)) }}
{%- endmacro %}

{% macro duckdb__public_id(key) -%}
    printf('%016x', {{ key }})
{%- endmacro %}
