{# Exact division of money into shares (law 2): of z cents, the part that the first shares,
   `running` of `total`, have, rounded up. The difference of two neighbours is one share's cents,
   and they sum to z. #}
{% macro ceiling_share(cents, running, total) -%}
    {{ return(adapter.dispatch('ceiling_share', 'lead_ledger')(cents, running, total)) }}
{%- endmacro %}

{# Below 2^53 a double holds the product, and its one division cannot round past an integer: with a
   remainder of at least 1 the quotient is at least 1 / total above it, which is more than half of
   a double's last place. Beyond, integers of 64 bits, then of 128: each several times slower. #}
{% macro duckdb__ceiling_share(cents, running, total) -%}
    {%- set bound = 'cast(' ~ cents ~ ' as double) * ' ~ total -%}
    case
        when {{ bound }} < 9e15
            then cast(ceil(cast({{ cents }} * {{ running }} as double) / {{ total }}) as bigint)
        when {{ bound }} < 9e18
            then ({{ cents }} * {{ running }} + {{ total }} - 1) // {{ total }}
        else cast(
            (cast({{ cents }} as hugeint) * {{ running }} + {{ total }} - 1) // {{ total }}
            as bigint
        )
    end
{%- endmacro %}

{% macro cents_to_amount(cents) -%}
    cast(cast({{ cents }} as decimal(18, 0)) * cast(0.01 as decimal(3, 2)) as decimal(18, 2))
{%- endmacro %}

{# The least common multiple of whole numbers of a group, of those that keep it below 10^15, in
   ascending order: an aggregate. #}
{% macro common_multiple(value) -%}
    {{ return(adapter.dispatch('common_multiple', 'lead_ledger')(value)) }}
{%- endmacro %}

{% macro duckdb__common_multiple(value) -%}
    cast(
        list_reduce(
            list(distinct cast({{ value }} as hugeint) order by cast({{ value }} as hugeint)),
            lambda one, other: case
                when lcm(one, other) < 1000000000000000 then lcm(one, other) else one
            end
        ) as bigint
    )
{%- endmacro %}
