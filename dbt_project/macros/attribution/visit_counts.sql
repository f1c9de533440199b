{# How often a chain that is in one state will be in another before it ends, and how much of that is
   not yet counted: (from_state, to_state, visits) and a row of its own for the remainder, with
   null states and the largest sum of a row of the last power.

   With Q the moves between states, F = (I - Q)^-1 = (I + Q)(I + Q^2)(I + Q^4)… by squaring, twenty
   times: a million steps. `moves` has from_state, to_state and probability, each pair once, null
   for what is no state; `states` has state. States differ from chain to chain, so one call serves
   all chains.
   What is below 1e-24 is dropped, so that powers that have died out cost nothing. #}
{% macro visit_counts(moves, states, squarings=20) -%}
(
    with

    power_0 as (
        select from_state, to_state, probability as amount
        from {{ moves }}
        where from_state is not null and to_state is not null
    ),

    visits_0 as (
        select from_state, to_state, amount from power_0
        union all
        select state as from_state, state as to_state, cast(1 as double) as amount from {{ states }}
    ),

    {% for step in range(1, squarings + 1) -%}
    {% set last = step - 1 -%}
    power_{{ step }} as (
        select one.from_state, other.to_state, sum(one.amount * other.amount) as amount
        from power_{{ last }} as one
        inner join power_{{ last }} as other on one.to_state = other.from_state
        group by one.from_state, other.to_state
        having sum(one.amount * other.amount) > 1e-24
    ),

    visits_{{ step }} as (
        select from_state, to_state, sum(amount) as amount
        from (
            select from_state, to_state, amount from visits_{{ last }}
            union all
            select one.from_state, other.to_state, one.amount * other.amount as amount
            from visits_{{ last }} as one
            inner join power_{{ step }} as other on one.to_state = other.from_state
        ) as terms
        group by from_state, to_state
    ),

    {% endfor -%}
    remainders as (
        select from_state, sum(amount) as amount
        from power_{{ squarings }}
        group by from_state
    )

    select from_state, to_state, amount as visits from visits_{{ squarings }}
    union all
    select from_state, cast(null as bigint) as to_state, amount as visits from remainders
)
{%- endmacro %}
