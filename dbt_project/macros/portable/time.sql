{# Arithmetic of time that is the same on every engine. #}

{% macro epoch_seconds(moment) -%}
    {{ return(adapter.dispatch('epoch_seconds', 'lead_ledger')(moment)) }}
{%- endmacro %}

{% macro duckdb__epoch_seconds(moment) -%}
    (epoch_us({{ moment }}) // 1000000)
{%- endmacro %}

{# Whole seconds between two moments divided by the unit: a fraction, not a count of boundaries. #}
{% macro hours_between(earlier, later) -%}
    (({{ epoch_seconds(later) }} - {{ epoch_seconds(earlier) }}) / cast(3600 as double))
{%- endmacro %}

{% macro days_between(earlier, later) -%}
    (({{ epoch_seconds(later) }} - {{ epoch_seconds(earlier) }}) / cast(86400 as double))
{%- endmacro %}

{% macro add_seconds(moment, seconds) -%}
    {{ return(adapter.dispatch('add_seconds', 'lead_ledger')(moment, seconds)) }}
{%- endmacro %}

{% macro duckdb__add_seconds(moment, seconds) -%}
    ({{ moment }} + to_seconds({{ seconds }}))
{%- endmacro %}

{% macro add_microseconds(moment, microseconds) -%}
    {{ return(adapter.dispatch('add_microseconds', 'lead_ledger')(moment, microseconds)) }}
{%- endmacro %}

{% macro duckdb__add_microseconds(moment, microseconds) -%}
    ({{ moment }} + to_microseconds({{ microseconds }}))
{%- endmacro %}

{% macro add_days(day, days) -%}
    {{ return(adapter.dispatch('add_days', 'lead_ledger')(day, days)) }}
{%- endmacro %}

{% macro duckdb__add_days(day, days) -%}
    cast({{ day }} + cast({{ days }} as integer) as date)
{%- endmacro %}

{# A day-only value stands at the start of its day in the organisation's zone for touches … #}
{% macro start_of_day_utc(day) -%}
    {{ add_seconds('cast(' ~ day ~ ' as timestamp)', -3600 * var('org_utc_offset_hours')) }}
{%- endmacro %}

{# … and at its last second for stage events. #}
{% macro end_of_day_utc(day) -%}
    {{ add_seconds('cast(' ~ day ~ ' as timestamp)', 86399 - 3600 * var('org_utc_offset_hours')) }}
{%- endmacro %}

{# The day of a moment in the organisation's zone, where its books are kept. #}
{% macro org_date(moment) -%}
    cast({{ add_seconds(moment, 3600 * var('org_utc_offset_hours')) }} as date)
{%- endmacro %}

{% macro month_of(moment) -%}
    cast(date_trunc('month', {{ moment }}) as date)
{%- endmacro %}

{# Months in a row have numbers in a row, for windows over a range of months. #}
{% macro month_number(day) -%}
    (extract(year from {{ day }}) * 12 + extract(month from {{ day }}))
{%- endmacro %}

{# `2026-Q3`. #}
{% macro quarter_label(day) -%}
    (
        cast(extract(year from {{ day }}) as {{ dbt.type_string() }}) || '-Q'
        || cast(extract(quarter from {{ day }}) as {{ dbt.type_string() }})
    )
{%- endmacro %}

{# Calendar months from one day to another: 0 within a month, whatever the days. #}
{% macro months_between(earlier, later) -%}
    cast(
        (extract(year from {{ later }}) - extract(year from {{ earlier }})) * 12
        + extract(month from {{ later }}) - extract(month from {{ earlier }}) as bigint
    )
{%- endmacro %}

{% macro quarter_of(moment) -%}
    cast(date_trunc('quarter', {{ moment }}) as date)
{%- endmacro %}

{# A relation of all days between two ISO dates, both ends in: (date_day). #}
{% macro days_from_to(first_day, last_day) -%}
    {{ return(adapter.dispatch('days_from_to', 'lead_ledger')(first_day, last_day)) }}
{%- endmacro %}

{% macro duckdb__days_from_to(first_day, last_day) -%}
(
    select cast(day_at as date) as date_day
    from generate_series(
        timestamp '{{ first_day }}', timestamp '{{ last_day }}', interval 1 day
    ) as series(day_at)
)
{%- endmacro %}
