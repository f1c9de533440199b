{# `relation` with one more column, `name`: what the seed `mapping` says of the column `value`.
   The seed has source_system, source_value and `mapped`; its row for the very system wins over
   the one for every system (`*`). `object` limits a mapping that serves several objects. #}
{% macro map_value(relation, mapping, mapped, name, value, object=none) -%}
(
    select
        input.*,
        coalesce(own.{{ mapped }}, common.{{ mapped }}) as {{ name }}
    from {{ relation }} as input
    {%- set systems = {'own': "split_part(input.source_system, '@', 1)", 'common': "'*'"} %}
    {%- for alias, system in systems.items() %}
    left join {{ mapping }} as {{ alias }}
        on
            {{ alias }}.source_system = {{ system }}
            and lower(trim({{ alias }}.source_value)) = lower(trim(input.{{ value }}))
            {%- if object %}
            and {{ alias }}.source_object = '{{ object }}'
            {%- endif %}
    {%- endfor %}
)
{%- endmacro %}
