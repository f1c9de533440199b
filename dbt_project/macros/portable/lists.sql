{# Paths as lists of channels: an ordered list of a group, what is made of it, and its text. #}

{# All values of a group in order: an aggregate. #}
{% macro ordered_list(value, position) -%}
    {{ return(adapter.dispatch('ordered_list', 'lead_ledger')(value, position)) }}
{%- endmacro %}

{% macro duckdb__ordered_list(value, position) -%}
    list({{ value }} order by {{ position }})
{%- endmacro %}

{% macro list_text(list, separator=' > ') -%}
    {{ return(adapter.dispatch('list_text', 'lead_ledger')(list, separator)) }}
{%- endmacro %}

{% macro duckdb__list_text(list, separator) -%}
    array_to_string({{ list }}, '{{ separator }}')
{%- endmacro %}

{# a a b a → a b a #}
{% macro list_without_repeats(list) -%}
    {{ return(adapter.dispatch('list_without_repeats', 'lead_ledger')(list)) }}
{%- endmacro %}

{% macro duckdb__list_without_repeats(list) -%}
    list_filter({{ list }}, lambda item, place: place = 1 or {{ list }}[place - 1] != item)
{%- endmacro %}

{# a a b a → a b #}
{% macro list_of_firsts(list) -%}
    {{ return(adapter.dispatch('list_of_firsts', 'lead_ledger')(list)) }}
{%- endmacro %}

{% macro duckdb__list_of_firsts(list) -%}
    list_filter({{ list }}, lambda item, place: list_position({{ list }}, item) = place)
{%- endmacro %}

{# a a b a → a(3) b(1) #}
{% macro list_of_counts(list) -%}
    {{ return(adapter.dispatch('list_of_counts', 'lead_ledger')(list)) }}
{%- endmacro %}

{% macro duckdb__list_of_counts(list) -%}
    list_transform(
        {{ duckdb__list_of_firsts(list) }},
        lambda first: first || '(' || len(list_filter({{ list }}, lambda item: item = first)) || ')'
    )
{%- endmacro %}

{# Without an item, unless nothing else is in the list. #}
{% macro list_without(list, item) -%}
    {{ return(adapter.dispatch('list_without', 'lead_ledger')(list, item)) }}
{%- endmacro %}

{% macro duckdb__list_without(list, item) -%}
    case
        when len(list_distinct({{ list }})) > 1
            then list_filter({{ list }}, lambda item: item != {{ item }})
        else {{ list }}
    end
{%- endmacro %}
