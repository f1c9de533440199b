{# Records that changed since the last finished build, by the names that their systems gave them,
   (source_system, source_object, source_record_id). Staging notes its own; other tracked models
   note what meta `names` says. A name finds the rows of a wide table that have it cheaper than a
   key that would have to be computed for every row. #}
{% macro changed_records(objects=none) -%}
    (
        select source_system, source_object, source_record_id
        from {{ state_relation('changed_records') }}
        {%- if objects %}
        where source_object in ('{{ objects | join("', '") }}')
        {%- endif %}
    )
{%- endmacro %}

{# What a tracked model notes: lists of three expressions. #}
{% macro noted_names() -%}
    {%- set names = [] -%}
    {%- if model.sources and config.get('unique_key') == ['source_system', 'source_record_id'] -%}
        {%- do names.append(
            ['source_system', "'" ~ model.sources[0][1] ~ "'", 'source_record_id']
        ) -%}
    {%- endif -%}
    {{ return(names + (model.config.meta.names or [])) }}
{%- endmacro %}

{# The configuration of a model that is built by record: those of a list, or all that changed. #}
{% macro built_by_record(list=none, object='source_object') -%}
    {{ return({
        'materialized': 'incremental',
        'incremental_strategy': 'append',
        'on_schema_change': 'fail',
        'pre_hook': '{{ delete_listed('
            ~ (tojson(list) if list else 'none') ~ ', ' ~ tojson(object) ~ ') }}',
    }) }}
{%- endmacro %}

{# The condition that a run builds the record; true in a full one. `object` is a column, or a text
   in quotes. #}
{% macro is_listed(
    list=none, system='source_system', object='source_object', id='source_record_id'
) -%}
    {{ listed_scope(list, system, object, id) if is_incremental_build() else 'true' }}
{%- endmacro %}

{# … as the scope of a tracked model. #}
{% macro listed_scope(
    list, system='source_system', object='source_object', id='source_record_id'
) -%}
    ({{ system }}, {{ object }}, {{ id }}) in (
            select listed.source_system, listed.source_object, listed.source_record_id
            from {{ list_relation(list) if list else state_relation('changed_records') }} as listed
        )
{%- endmacro %}

{# The pre-hook of such a model. #}
{% macro delete_listed(list, object) -%}
    {%- if is_incremental_build() -%}
        delete from {{ this }} where {{ is_listed(list, object=object) }}
    {%- endif -%}
{%- endmacro %}
