{# Deleted by the source system, or gone from it as the connector that copied it found out. A
   record whose newest version is not active has no active version left. #}
{% macro is_deleted_at_source(flag='is_deleted') -%}
    (
        {% if flag %}coalesce({{ flag }}, false)
        or {% endif %}coalesce(_fivetran_deleted, false)
        or not coalesce(_fivetran_active, true)
    )
{%- endmacro %}
