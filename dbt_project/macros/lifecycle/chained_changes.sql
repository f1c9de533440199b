{# The rows of a history with their place in their second (R2): rows of one second chain old value
   to new value, so a row stands behind the rows that lead up to it. `chain_position` counts them;
   it is 0 for a row that is alone in its second, that starts a chain, or that cannot be placed:
   behind more than five rows the place is not looked for. `change_number` is any unique order.

   `relation` has `key`, which names the record, occurred_at, source_record_id, source_value and
   old_value. #}
{% macro chained_changes(relation, key) -%}
{%- set longest_chain = 5 -%}
(
    with

    numbered as (

        select
            *,
            row_number() over (
                partition by {{ key }}
                order by
                    occurred_at, source_record_id, source_value nulls first, old_value nulls first
            ) as change_number,
            count(*) over (partition by {{ key }}, occurred_at) as peer_count
        from {{ relation }}

    ),

    tied as (

        select
            {{ key }} as record_key,
            occurred_at,
            change_number,
            source_value,
            old_value
        from numbered
        where peer_count > 1

    ),

    steps as (

        select
            followers.record_key,
            leaders.change_number as leader_number,
            followers.change_number as follower_number
        from tied as followers
        inner join tied as leaders
            on
                followers.record_key = leaders.record_key
                and followers.occurred_at = leaders.occurred_at
                and followers.old_value = leaders.source_value
                and followers.change_number != leaders.change_number

    ),

    starts as (

        select tied.*
        from tied
        left join steps
            on
                tied.record_key = steps.record_key
                and tied.change_number = steps.follower_number
        where steps.record_key is null

    ),

    {{ starts_of_rounds(key) }},

    placed_0 as (

        select record_key, change_number, 0 as chain_position from starts
        union all
        select record_key, change_number, 0 as chain_position from starts_of_rounds

    ),
    {% for position in range(1, longest_chain + 1) %}

    placed_{{ position }} as (

        select * from placed_{{ position - 1 }}

        union all

        select distinct
            steps.record_key,
            steps.follower_number as change_number,
            {{ position }} as chain_position
        from placed_{{ position - 1 }} as leaders
        inner join steps
            on
                leaders.record_key = steps.record_key
                and leaders.change_number = steps.leader_number
        left join placed_{{ position - 1 }} as known
            on
                steps.record_key = known.record_key
                and steps.follower_number = known.change_number
        where leaders.chain_position = {{ position - 1 }} and known.record_key is null

    ),
    {% endfor %}

    positioned as (

        select
            numbered.*,
            coalesce(placed_{{ longest_chain }}.chain_position, 0) as chain_position
        from numbered
        left join placed_{{ longest_chain }}
            on
                numbered.{{ key }} = placed_{{ longest_chain }}.record_key
                and numbered.change_number = placed_{{ longest_chain }}.change_number

    )

    select * from positioned
)
{%- endmacro %}

{# The steps of `chained_changes` for seconds in which a value goes round, so that no row is the
   first: it is the one that replaces what the record held before. #}
{% macro starts_of_rounds(key) -%}
    rounds as (

        select distinct
            tied.record_key,
            tied.occurred_at
        from tied
        left join starts
            on tied.record_key = starts.record_key and tied.occurred_at = starts.occurred_at
        where starts.record_key is null

    ),

    -- what a record with a round held after each of its other seconds, where that is one value
    held as (

        select
            numbered.{{ key }} as record_key,
            numbered.occurred_at,
            case
                when count(distinct coalesce(numbered.source_value, '')) = 1
                    then max(numbered.source_value)
            end as held_value
        from numbered
        left join steps
            on
                numbered.{{ key }} = steps.record_key
                and numbered.change_number = steps.leader_number
        left join rounds
            on
                numbered.{{ key }} = rounds.record_key
                and numbered.occurred_at = rounds.occurred_at
        where
            numbered.{{ key }} in (select rounds.record_key from rounds)
            and steps.record_key is null
            and rounds.record_key is null
        group by numbered.{{ key }}, numbered.occurred_at

    ),

    held_before as (

        select
            rounds.record_key,
            rounds.occurred_at,
            max(held.occurred_at) as held_since
        from rounds
        inner join held
            on rounds.record_key = held.record_key and rounds.occurred_at > held.occurred_at
        group by rounds.record_key, rounds.occurred_at

    ),

    starts_of_rounds as (

        select
            tied.record_key,
            tied.change_number
        from tied
        inner join held_before
            on
                tied.record_key = held_before.record_key
                and tied.occurred_at = held_before.occurred_at
        inner join held
            on
                held_before.record_key = held.record_key
                and held_before.held_since = held.occurred_at
                and tied.old_value = held.held_value

    )
{%- endmacro %}
