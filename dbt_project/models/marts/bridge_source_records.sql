{# a session in which a form was sent stands for two records #}
{% set object = "replace(source_object, 'session_forms', 'sessions')" %}
{{ config(**built_by_record(object=object)) }}

with

records as (

    select * from {{ ref('int_quality__source_records') }}
    where is_named_in_marts and {{ is_listed(object=object) }}

),

final as (

    select
        cast(source_system as {{ dbt.type_string() }}) as source_system,
        cast(source_object as {{ dbt.type_string() }}) as source_object,
        cast(source_record_id as {{ dbt.type_string() }}) as source_record_id,
        cast(source_file as {{ dbt.type_string() }}) as source_file,
        cast(source_line as bigint) as source_line,
        cast({{ public_id('content_key') }} as {{ dbt.type_string() }}) as content_hash
    from records

)

select * from final
