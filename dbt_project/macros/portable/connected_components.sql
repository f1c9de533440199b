{# Connected components of an undirected graph: (node_key, component_key), the component named
   after its smallest node. `edges` has left_key and right_key in one direction; every node
   stands in `nodes`. #}
{% macro connected_components(nodes, edges) -%}
    {{ return(adapter.dispatch('connected_components', 'lead_ledger')(nodes, edges)) }}
{%- endmacro %}

{# A recursion over all nodes would cost twenty times as much, so the graph is made small first:
   `contractions` times every node moves to the smallest of itself and its neighbours. Each leaves
   about half of a chain, two leave one node of a star. The recursion joins what is left, and every
   node follows its moves. #}
{% macro duckdb__connected_components(nodes, edges, contractions=4) -%}
(
    with recursive

    ways_0 as materialized (
        select left_key, right_key from {{ edges }}
        union all
        select right_key as left_key, left_key as right_key from {{ edges }}
    ),

    {% for number in range(1, contractions + 1) -%}
    moves_{{ number }} as materialized (
        select left_key as node_key, least(left_key, min(right_key)) as moved_key
        from ways_{{ number - 1 }}
        group by left_key
    ),

    -- said with least and greatest, because DuckDB may take `!=` for a join of all with all
    ways_{{ number }} as materialized (
        select distinct origins.moved_key as left_key, targets.moved_key as right_key
        from ways_{{ number - 1 }} as ways
        inner join moves_{{ number }} as origins on ways.left_key = origins.node_key
        inner join moves_{{ number }} as targets on ways.right_key = targets.node_key
        where least(origins.moved_key, targets.moved_key)
            < greatest(origins.moved_key, targets.moved_key)
    ),

    {% endfor -%}
    -- `using key` keeps one row per node and overwrites it
    components(node_key, component_key) using key (node_key) as (
        select distinct left_key as node_key, left_key as component_key
        from ways_{{ contractions }}
        union
        select
            ways.right_key as node_key,
            min(components.component_key) as component_key
        from components
        inner join ways_{{ contractions }} as ways on components.node_key = ways.left_key
        inner join recurring.components as reached on ways.right_key = reached.node_key
        where components.component_key < reached.component_key
        group by ways.right_key
    )

    select
        nodes.node_key,
        coalesce(
            components.component_key,
            {% for number in range(contractions, 0, -1) -%}
            moves_{{ number }}.moved_key,
            {% endfor -%}
            nodes.node_key
        ) as component_key
    from {{ nodes }} as nodes
    {% for number in range(1, contractions + 1) -%}
    left join moves_{{ number }}
        on {{ 'nodes.node_key' if loop.first else 'moves_' ~ (number - 1) ~ '.moved_key' }}
        = moves_{{ number }}.node_key
    {% endfor -%}
    left join components on moves_{{ contractions }}.moved_key = components.node_key
)
{%- endmacro %}
