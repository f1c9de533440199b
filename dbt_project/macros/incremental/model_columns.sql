{# Tables with a group of columns per attribution model (`<model>__share`), built by key. When a
   model is declared anew, its columns alone are computed for all rows, those of a removed model go,
   and all others are taken over. The state knows per such table, and per view between them (meta
   `has_model_columns`), which declaration of each model it was built from. #}
{% macro built_by_conversion_and_model() -%}
    {%- set settings = built_by_key('conversion', 'conversion_key') -%}
    {%- do settings.update({
        'incremental_strategy': 'model_columns',
        'on_schema_change': 'ignore',
        'meta': {'has_model_columns': true},
    }) -%}
    {{ return(settings) }}
{%- endmacro %}

{# What a run computes: of the changed conversions the columns of all models, and where models were
   declared anew, theirs for all other conversions, whose rows keep the rest. #}
{% macro model_parts() -%}
    {%- set models, kept = attribution_models(), kept_models() -%}
    {%- set parts = [{'name': 'changed', 'models': models}] -%}
    {%- if kept is not none -%}
        {%- do parts.append({
            'name': 'kept', 'models': models | rejectattr('name', 'in', kept) | list,
        }) -%}
    {%- endif -%}
    {{ return(parts) }}
{%- endmacro %}

{# The condition that a conversion is in any of the parts. #}
{% macro is_in_parts(parts, column) -%}
    {{ is_changed('conversion', column) if parts | length == 1 else 'true' }}
{%- endmacro %}

{# … in this one. #}
{% macro is_in_part(part, column) -%}
    {{ 'not ' if part.name == 'kept' }}({{ is_changed('conversion', column) }})
{%- endmacro %}

{# Names of the models whose columns the table keeps; none where that is no question: the table is
   made from nothing, or has the columns of today's declarations. #}
{% macro kept_models() -%}
    {%- if not (execute and is_incremental_build()) -%}
        {{ return(none) }}
    {%- endif -%}
    {%- set known = run_query(
        'select node from ' ~ state_relation('declarations')
    ).columns[0].values() -%}
    {%- set kept, declared = [], [] -%}
    {%- for declaration in attribution_models() -%}
        {%- do declared.append(declaration.name) -%}
        {%- if model.unique_id ~ '#' ~ declaration.name in known -%}
            {%- do kept.append(declaration.name) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set present = [] -%}
    {%- for column in adapter.get_columns_in_relation(this) if '__' in column.name -%}
        {%- set name = column.name.rsplit('__', 1)[0] -%}
        {%- if name not in present -%}
            {%- do present.append(name) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(none if kept == declared and present == declared else kept) }}
{%- endmacro %}

{# Incremental strategy `model_columns`: the new rows are appended; where columns changed, the query
   gave all rows. #}
{% macro get_incremental_model_columns_sql(arg_dict) -%}
    {%- if kept_models() is none -%}
        {{ return(get_incremental_append_sql(arg_dict)) }}
    {%- endif -%}
    create or replace table {{ arg_dict.target_relation }} as
    select * from {{ arg_dict.temp_relation }}
{%- endmacro %}
