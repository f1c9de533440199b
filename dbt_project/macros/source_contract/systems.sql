{# True where a system is in use (variable `systems`). #}
{% macro uses(system) -%}
    {{ return(system in var('systems')) }}
{%- endmacro %}

{# The rank of a row's system in the variable `systems`; a second org (`salesforce@emea`) ranks
   as its system. #}
{% macro source_priority(source_system) -%}
    case
        {%- for system in var('systems') %}
        when {{ source_system }} = '{{ system }}' or {{ source_system }} like '{{ system }}@%'
            then {{ loop.index }}
        {%- endfor %}
        else 99
    end
{%- endmacro %}

{# The key of one record of one system; null when the id is null. #}
{% macro record_key(source_system, object, id) -%}
    {{ stable_key([source_system, "'" ~ object ~ "'", id]) }}
{%- endmacro %}

{# The condition that a staging model reads the object of a row, whatever its org. #}
{% macro is_staged(source_system, source_object) -%}
    {%- set names = [] -%}
    {%- for table in staged_tables() -%}
        {%- do names.append("'" ~ table.system ~ '.' ~ table.object ~ "'") -%}
    {%- endfor -%}
    split_part({{ source_system }}, '@', 1) || '.' || {{ source_object }} in (
        {{ names | join(', ') }}
    )
{%- endmacro %}
