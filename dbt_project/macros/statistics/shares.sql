{# A part of a whole as a DOUBLE; null where the whole is 0. #}
{% macro share_of(part, whole) -%}
    (({{ part }}) / nullif(cast({{ whole }} as double), 0))
{%- endmacro %}
