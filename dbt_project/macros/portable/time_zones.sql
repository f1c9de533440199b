{# Local times. No table stores a time with a zone: what comes out is UTC. #}

{# A relation of the zones that the engine knows: (time_zone), as IANA names them. #}
{% macro known_time_zones() -%}
    {{ return(adapter.dispatch('known_time_zones', 'lead_ledger')()) }}
{%- endmacro %}

{% macro duckdb__known_time_zones() -%}
(
    select name as time_zone from pg_timezone_names()
)
{%- endmacro %}

{# The UTC moment of a local time in a known zone. A time that a clock skips is taken as if it had
   not been put forward yet, one that it shows twice as the second of the two. #}
{% macro local_to_utc(local_moment, time_zone) -%}
    {{ return(adapter.dispatch('local_to_utc', 'lead_ledger')(local_moment, time_zone)) }}
{%- endmacro %}

{% macro duckdb__local_to_utc(local_moment, time_zone) -%}
    timezone('UTC', timezone({{ time_zone }}, {{ local_moment }}))
{%- endmacro %}
