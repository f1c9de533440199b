{# Connected components of an undirected graph: (node_key, component_key), the component named
   after its smallest node. `edges` has left_key and right_key in one direction; every node
   stands in `nodes`. #}
{% macro connected_components(nodes, edges) -%}
    {{ return(adapter.dispatch('connected_components', 'lead_ledger')(nodes, edges)) }}
{%- endmacro %}

{% macro duckdb__connected_components(nodes, edges) -%}
(
    with recursive

    both_ways as (
        select left_key, right_key from {{ edges }}
        union all
        select right_key as left_key, left_key as right_key from {{ edges }}
    ),

    -- `using key` keeps one row per node and overwrites it: ten times cheaper than rounds of labels
    components(node_key, component_key) using key (node_key) as (
        select node_key, node_key as component_key from {{ nodes }}
        union
        select
            both_ways.right_key as node_key,
            min(components.component_key) as component_key
        from components
        inner join both_ways on components.node_key = both_ways.left_key
        inner join recurring.components as reached on both_ways.right_key = reached.node_key
        where components.component_key < reached.component_key
        group by both_ways.right_key
    )

    select node_key, component_key from components
)
{%- endmacro %}
