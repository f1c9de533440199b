{# Exact division of money into shares (law 2): of z cents, the part that the first `cumulative`
   of `total` integer shares have, rounded up. The difference of two neighbours is one share's
   cents, and they sum to z.

   z is taken apart into quotient and remainder, so that small shares stay in 64-bit arithmetic;
   `wide` multiplies in 128 bits, for shares as fine as those of the decay models. #}
{% macro ceiling_share(cents, cumulative, total, wide=false) -%}
    {{ return(adapter.dispatch('ceiling_share', 'lead_ledger')(cents, cumulative, total, wide)) }}
{%- endmacro %}

{% macro duckdb__ceiling_share(cents, cumulative, total, wide) -%}
    {%- if wide -%}
    cast(
        (cast({{ cents }} as hugeint) * {{ cumulative }} + {{ total }} - 1) // {{ total }} as bigint
    )
    {%- else -%}
    (
        ({{ cents }} // {{ total }}) * {{ cumulative }}
        + (({{ cents }} % {{ total }}) * {{ cumulative }} + {{ total }} - 1) // {{ total }}
    )
    {%- endif -%}
{%- endmacro %}

{% macro cents_to_amount(cents) -%}
    cast(cast({{ cents }} as decimal(18, 0)) * cast(0.01 as decimal(3, 2)) as decimal(18, 2))
{%- endmacro %}
