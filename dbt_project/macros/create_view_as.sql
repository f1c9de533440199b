{# dbt's own, but a view is stored without the catalog of its file: a release is attached under any
   name, and what a view reads must be found in the same file then. dbt finds it by its name. #}
{% macro duckdb__create_view_as(relation, sql) -%}
    {%- if config.get('contract').enforced -%}
        {{ get_assert_columns_equivalent(sql) }}
    {%- endif %}
    create view {{ relation }} as (
        {{ sql | replace('"' ~ relation.database ~ '".', '') }}
    );
{%- endmacro %}
