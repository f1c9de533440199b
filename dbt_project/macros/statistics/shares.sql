{# A part of a whole as a DOUBLE; null where the whole is 0. #}
{% macro share_of(part, whole) -%}
    (({{ part }}) / nullif(cast({{ whole }} as double), 0))
{%- endmacro %}

{# A sum of doubles depends on their order in its last bits; what is published does not. #}
{% macro rounded(value) -%}
    round(cast({{ value }} as double), 9)
{%- endmacro %}

{# What a row adds to a part: 0 outside of it, null where the value is unknown. A sum of such rows
   is 0 where nothing is in the part, and null where nothing is known. #}
{% macro in_case(condition, value) -%}
    case when {{ condition }} then {{ value }} when {{ value }} is not null then 0 end
{%- endmacro %}
