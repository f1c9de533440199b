{# The fields of a source table that its contract declares as the time at which a record entered a
   stage (`stage_date: mql` in the meta of the column), as columns. #}
{% macro stage_dates(system, object) -%}
    {%- set fields = [] -%}
    {%- if execute -%}
        {%- for column in source_contract(system, object).columns if column.meta.stage_date -%}
            {%- do fields.append(column) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(fields) }}
{%- endmacro %}
