{# Text to typed values. A value that does not fit is null, never an error. #}

{# Text to TIMESTAMP in UTC. Dates, ISO 8601 with T or space, with Z, an offset or none (UTC);
   12 or 13 digits are milliseconds since 1970.
   Years outside 1990-2100 are null: they parse but lie. With `formats` (strptime patterns) the
   first that fits holds, and no other form. #}
{% macro try_cast_utc(value, formats=[]) -%}
    {%- if formats -%}
        {{ return(try_cast_formatted(value, formats)) }}
    {%- endif -%}
    {{ return(adapter.dispatch('try_cast_utc', 'lead_ledger')(value)) }}
{%- endmacro %}

{% macro try_cast_formatted(value, formats) -%}
    {{ return(adapter.dispatch('try_cast_formatted', 'lead_ledger')(value, formats)) }}
{%- endmacro %}

{% macro duckdb__try_cast_formatted(value, formats) -%}
    {%- set moment = "try_strptime(trim(" ~ value ~ "), ['" ~ formats | join("', '") ~ "'])" -%}
    case when year({{ moment }}) between 1990 and 2100 then {{ moment }} end
{%- endmacro %}

{% macro duckdb__try_cast_utc(value) -%}
    {%- set text = 'trim(' ~ value ~ ')' -%}
    {%- set offset_pattern = '[+-]\\d{2}(:?\\d{2})?$' -%}
    {%- set offset = "regexp_extract(" ~ text ~ ", '" ~ offset_pattern ~ "')" -%}
    {%- set common = '\\d{4}-\\d\\d-\\d\\d[ T]\\d\\d:\\d\\d:\\d\\d([.]\\d{3}(Z|[+]0000)?|Z)?' -%}
    case
        -- as most cells are written, in one look
        when
            {{ value }} >= '1990' and {{ value }} < '2101'
            and regexp_full_match({{ value }}, '{{ common }}')
            then try_cast(left({{ value }}, 23) as timestamp)
        when length({{ text }}) in (12, 13) and try_cast({{ text }} as bigint) is not null
            then
                case
                    when
                        cast({{ text }} as bigint) between 631152000000 and 4133980799999
                        then make_timestamp(try_cast({{ text }} as bigint) * 1000)
                end
        when left({{ text }}, 4) not between '1990' and '2100' then null
        -- other common forms without the long way below
        when length({{ text }}) in (10, 19) then try_cast({{ text }} as timestamp)
        when right({{ text }}, 5) = '+0000' then try_cast(trim(left({{ text }}, -5)) as timestamp)
        when right({{ text }}, 1) = 'Z' then try_cast(left({{ text }}, -1) as timestamp)
        when position(':' in {{ text }}) > 0 and regexp_matches({{ text }}, '{{ offset_pattern }}')
            then
                try_cast(trim(left({{ text }}, -length({{ offset }}))) as timestamp)
                - to_minutes(
                    cast(left({{ offset }}, 1) || '1' as bigint) * (
                        cast(substr({{ offset }}, 2, 2) as bigint) * 60
                        + coalesce(try_cast(right(substr({{ offset }}, 4), 2) as bigint), 0)
                    )
                )
        else try_cast({{ text }} as timestamp)
    end
{%- endmacro %}

{% macro try_cast_date(value, formats=[]) -%}
    {%- if formats -%}
        {{ return('cast(' ~ try_cast_formatted(value, formats) ~ ' as date)') }}
    {%- endif -%}
    {{ return(adapter.dispatch('try_cast_date', 'lead_ledger')(value)) }}
{%- endmacro %}

{% macro duckdb__try_cast_date(value) -%}
    case
        when left(trim({{ value }}), 4) between '1990' and '2100'
            then try_cast(left(trim({{ value }}), 10) as date)
    end
{%- endmacro %}

{# Text to DECIMAL(18, scale), rounded half away from zero. #}
{% macro try_cast_decimal(value, scale=2) -%}
    {{ return(adapter.dispatch('try_cast_decimal', 'lead_ledger')(value, scale)) }}
{%- endmacro %}

{% macro duckdb__try_cast_decimal(value, scale) -%}
    {%- set text = 'trim(' ~ value ~ ')' -%}
    case
        -- most cells are written plainly: text to a wide decimal costs a hundred times as much
        when regexp_full_match({{ text }}, '-?[0-9]{1,{{ 18 - scale }}}([.][0-9]{0,12})?')
            then try_cast({{ text }} as decimal(18, {{ scale }}))
        else try_cast(try_cast({{ text }} as decimal(38, 12)) as decimal(18, {{ scale }}))
    end
{%- endmacro %}

{% macro try_cast_integer(value) -%}
    {{ return(adapter.dispatch('try_cast_integer', 'lead_ledger')(value)) }}
{%- endmacro %}

{# A fraction is not an integer: 2.5 is null, not 2 or 3; 2.0 is 2. #}
{% macro duckdb__try_cast_integer(value) -%}
    {%- set text = 'trim(' ~ value ~ ')' -%}
    {%- set number = 'try_cast(' ~ text ~ ' as decimal(38, 6))' -%}
    case
        when regexp_full_match({{ text }}, '-?[0-9]{1,18}([.]0*)?')
            then try_cast({{ text }} as bigint)
        -- beyond a BIGINT; at the end of its range floor() is an error
        when abs(try_cast({{ text }} as double)) >= 1e19 then null
        when {{ number }} = floor({{ number }}) then try_cast({{ number }} as bigint)
    end
{%- endmacro %}

{% macro try_cast_double(value) -%}
    {{ return(adapter.dispatch('try_cast_double', 'lead_ledger')(value)) }}
{%- endmacro %}

{% macro duckdb__try_cast_double(value) -%}
    {%- set number = 'try_cast(trim(' ~ value ~ ') as double)' -%}
    case when isfinite({{ number }}) then {{ number }} end
{%- endmacro %}

{# The spellings that CRMs export; anything else is null. #}
{% macro try_cast_boolean(value) -%}
    case
        when lower(trim({{ value }})) in ('1', 'true', 't', 'yes', 'y', '1.0') then true
        when lower(trim({{ value }})) in ('0', 'false', 'f', 'no', 'n', '0.0') then false
    end
{%- endmacro %}
