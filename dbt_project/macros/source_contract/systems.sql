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

{# The condition that a row's system, whatever its org, is listed in the variable `systems`. #}
{% macro is_system_in_use(source_system) -%}
    split_part({{ source_system }}, '@', 1) in ('{{ var('systems') | join("', '") }}')
{%- endmacro %}
