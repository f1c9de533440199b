{# Among events of one second, a row stands behind those that lead up to it: with the highest stage
   rank of its own and of theirs. `record` names whose events they are. #}
{% macro tie_rank(record, events, occurred_at='occurred_at') -%}
    greatest(
        stages.stage_rank,
        coalesce(
            max(stages.stage_rank) over (
                partition by {{ record }}, {{ events }}.{{ occurred_at }}
                order by {{ events }}.chain_position
                range between unbounded preceding and 1 preceding
            ),
            0
        )
    )
{%- endmacro %}
