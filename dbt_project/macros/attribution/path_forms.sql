{# The pre-hook of the forms of paths: a path without a journey is none. #}
{% macro delete_paths_that_nobody_goes() -%}
    {%- if is_incremental_build() -%}
        delete from {{ this }}
        where path_key not in (
            select paths.path_key from {{ ref('int_attribution__journey_paths') }} as paths
            where paths.path_key is not null
        )
    {%- endif -%}
{%- endmacro %}
