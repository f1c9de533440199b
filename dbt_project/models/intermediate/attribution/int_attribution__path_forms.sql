{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ delete_paths_that_nobody_goes() }}",
) }}

-- Each way that was gone, in the forms that the report of paths knows, as text.
{% set forms = {
    'unique': none, 'exposure': list_without_repeats, 'first': list_of_firsts,
    'frequency': list_of_counts,
} %}

with

paths as (

    select
        path_key,
        min(path) as path
    from {{ ref('int_attribution__journey_paths') }}
    where
        path_key is not null
        -- what is known of a path never changes
        {%- if is_incremental_build() %}
        and path_key not in (select known.path_key from {{ this }} as known)
        {%- endif %}
    group by path_key

),

shortened as (

    select
        path_key,
        path,
        {{ list_without('path', "'direct'") }} as path_without_direct
    from paths

),

final as (

    select
        {% for form, transformed in forms.items() -%}
        {% for column, name in [('path', form), ('path_without_direct', form ~ '_no_direct')] -%}
        {{ list_text(transformed(column) if transformed else column) }} as {{ name }}_path,
        {% endfor -%}
        {% endfor -%}
        path_key
    from shortened

)

select * from final
