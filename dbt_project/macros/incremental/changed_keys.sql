{# Keys of an entity whose rows changed since the last finished build. #}
{% macro changed_keys(entity) -%}
(select changed_key from {{ state_relation('changed_keys') }} where entity = '{{ entity }}')
{%- endmacro %}

{# dbt's is_incremental; false in a unit test, which has no table of its own. #}
{% macro is_incremental_build() -%}
    {{ return(this is not none and is_incremental()) }}
{%- endmacro %}

{# The configuration of a model that is built by key. #}
{% macro built_by_key(entity, column) -%}
    {{ return({
        'materialized': 'incremental',
        'incremental_strategy': 'append',
        'on_schema_change': 'fail',
        'pre_hook': "{{ delete_changed('" ~ entity ~ "', '" ~ column ~ "') }}",
    }) }}
{%- endmacro %}

{# For models that are built by key: the condition that limits an incremental run to the changed
   ones; true in a full one. The first model of a chain names its list (int_changes__leads, …) with
   `depends_on`; the others stand behind that one. #}
{% macro is_changed(entity, column) -%}
    {%- if is_incremental_build() -%}
        {{ column }} in (select changed.{{ entity }}_key from {{ changed_list(entity) }} as changed)
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}

{# The pre-hook of such a model: the rows of the changed keys go, the run appends new ones. dbt's
   delete+insert would keep the rows of a key that is no more. `column` may be the public id. #}
{% macro delete_changed(entity, column) -%}
    {%- if is_incremental_build() -%}
        {%- set key = 'changed.' ~ entity ~ '_key' -%}
        delete from {{ this }}
        where {{ column }} in (
            select {{ public_id(key) if column.endswith('_id') else key }}
            from {{ changed_list(entity) }} as changed
        )
    {%- endif -%}
{%- endmacro %}

{# Leads, conversions and journeys depend on more than their own rows, so their lists are models. #}
{% macro changed_list(entity) -%}
    {%- if entity in ('lead', 'conversion', 'journey') -%}
        {{ list_relation('int_changes__' ~ entity ~ 's') }}
    {%- else -%}
        (
            select changed_key as {{ entity }}_key
            from {{ state_relation('changed_keys') }}
            where entity = '{{ entity }}'
        )
    {%- endif -%}
{%- endmacro %}

{# A list by its name: only the first models that go by it depend on it by `ref`. #}
{% macro list_relation(list) -%}
    {{ return(api.Relation.create(
        database=target.database,
        schema=generate_schema_name('intermediate', none),
        identifier=list
    )) }}
{%- endmacro %}
