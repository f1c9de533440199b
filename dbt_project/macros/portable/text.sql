{# One row per non-blank item of a list in a cell: the columns `keys` of `relation`, and item. #}
{% macro list_items(relation, keys, list, separator=';') -%}
    {{ return(adapter.dispatch('list_items', 'lead_ledger')(relation, keys, list, separator)) }}
{%- endmacro %}

{% macro duckdb__list_items(relation, keys, list, separator) -%}
(
    select * from (
        select
            {{ keys | join(', ') }},
            trim(unnest(string_split({{ list }}, '{{ separator }}'))) as item
        from {{ relation }}
    ) as items
    where item != ''
)
{%- endmacro %}

{# A parameter of a URL, decoded; null when it is missing or blank. #}
{% macro url_parameter(url, name) -%}
    {{ return(adapter.dispatch('url_parameter', 'lead_ledger')(url, name)) }}
{%- endmacro %}

{% macro duckdb__url_parameter(url, name) -%}
    nullif(
        trim(url_decode(replace(
            regexp_extract({{ url }}, '[?&]{{ name }}=([^&#]*)', 1), '+', ' '
        ))),
        ''
    )
{%- endmacro %}

{# A Salesforce id in its 18-character form. The 15-character form tells upper from lower case;
   each of its three groups of five letters becomes one more letter, whose bits say which of the
   five are upper case. Ids of another length are left as they are. #}
{% macro salesforce_id_18(id) -%}
    {{ return(adapter.dispatch('salesforce_id_18', 'lead_ledger')(id)) }}
{%- endmacro %}

{% macro default__salesforce_id_18(id) -%}
    {%- set upper_case = "'ABCDEFGHIJKLMNOPQRSTUVWXYZ'" -%}
    {%- set letters = 'substring(trim(' ~ id ~ '), ' -%}
    case
        when length(trim({{ id }})) != 15 then nullif(trim({{ id }}), '')
        else
            trim({{ id }})
            {%- for group in range(3) %}
            || substring(
                'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345',
                1
                {%- for place in range(5) %}
                {%- set letter = letters ~ (group * 5 + place + 1) ~ ', 1)' %}
                + case
                    when position({{ letter }} in {{ upper_case }}) > 0 then {{ 2 ** place }}
                    else 0
                end
                {%- endfor %},
                1
            )
            {%- endfor %}
    end
{%- endmacro %}
