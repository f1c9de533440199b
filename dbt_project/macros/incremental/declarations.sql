{# What every model that is built by key, and every node that such a model is made of, is built
   from, as a hash: its SQL and configuration, those of all that it reads,
   seeds and source contracts among them, the variables, and the macros (LEAD_LEDGER_MACROS, which
   a refresh sets; whoever edits a macro by hand and runs dbt alone says --full-refresh). Of nodes
   with columns per attribution model the declarations of these count model by model, under
   `<node>#<model>`. #}
{% macro declared_hashes() -%}
    {%- set common = [
        env_var('LEAD_LEDGER_MACROS', ''), target.name, dbt_version,
        run_query('select version()').rows[0][0],
    ] -%}
    {%- for name in [
        'systems', 'reporting_currency', 'org_utc_offset_hours', 'lookback_days',
        'milestone_grace_hours', 'reenter_grace_hours', 'fx_max_age_days',
        'identity_max_records', 'identity_max_names_per_email', 'record_source_touches',
        'touch_scope', 'lead_conversion_stages', 'score_fields', 'handoff_grace_days',
    ] -%}
        {%- do common.append(name ~ '=' ~ tojson(var(name))) -%}
    {%- endfor -%}
    {%- set hashes = {} -%}
    {%- for node in graph.nodes.values() if node.config.materialized == 'incremental' -%}
        {%- do _hash_of_node(node.unique_id, common | join(';'), hashes) -%}
    {%- endfor -%}
    {{ return(hashes) }}
{%- endmacro %}

{# `hashes` keeps what was found, because models share most of what they read. #}
{% macro _hash_of_node(unique_id, common, hashes) -%}
    {%- if unique_id in graph.sources -%}
        {%- set source = graph.sources[unique_id] -%}
        {%- set parts = [tojson(source.config.meta or source.meta)] -%}
        {%- for column in source.columns.values() -%}
            {%- do parts.append([
                column.name, column.data_type, tojson(column.config.meta or column.meta)
            ] | join(' ')) -%}
        {%- endfor -%}
        {{ return(local_md5(parts | join(';'))) }}
    {%- endif -%}
    {%- if unique_id not in hashes -%}
        {%- set node = graph.nodes[unique_id] -%}
        {%- set parts = [
            common, node.checksum.checksum, tojson(node.config.meta), node.config.materialized,
        ] -%}
        {%- for parent in node.depends_on.nodes | sort -%}
            {%- do parts.append(_hash_of_node(parent, common, hashes)) -%}
        {%- endfor -%}
        {%- do hashes.update({unique_id: local_md5(parts | join(';'))}) -%}
        {%- if node.config.meta.has_model_columns -%}
            {%- for declaration in var('attribution_models') -%}
                {%- do hashes.update({
                    unique_id ~ '#' ~ declaration.name: local_md5(tojson(declaration))
                }) -%}
            {%- endfor -%}
        {%- endif -%}
    {%- endif -%}
    {{ return(hashes[unique_id]) }}
{%- endmacro %}

{# The nodes that were last built from today's declarations. #}
{% macro known_declarations(hashes) -%}
    {%- set known = [] -%}
    {%- for row in run_query(
        'select node, declared_hash from ' ~ state_relation('declarations')
    ).rows if hashes.get(row[0]) == row[1] -%}
        {%- do known.append(row[0]) -%}
    {%- endfor -%}
    {{ return(known) }}
{%- endmacro %}

{# Those of the `good` nodes of which all that they are made of is good, too. #}
{% macro current_nodes(hashes, good) -%}
    {%- set found = {} -%}
    {%- for node in hashes -%}
        {%- do _is_current(node, good, found) -%}
    {%- endfor -%}
    {%- set current = [] -%}
    {%- for node, is_current in found.items() if is_current -%}
        {%- do current.append(node) -%}
    {%- endfor -%}
    {{ return(current) }}
{%- endmacro %}

{# What a node is made of; a model's columns also of that model's columns before. #}
{% macro parts_of(unique_id) -%}
    {%- set node_id, _, name = unique_id.partition('#') -%}
    {%- set parts = graph.nodes[node_id].depends_on.nodes | select('in', graph.nodes) | list -%}
    {%- if not name -%}
        {{ return(parts) }}
    {%- endif -%}
    {%- set parts_of_columns = [node_id] -%}
    {%- for part in parts if graph.nodes[part].config.meta.has_model_columns -%}
        {%- do parts_of_columns.append(part ~ '#' ~ name) -%}
    {%- endfor -%}
    {{ return(parts_of_columns) }}
{%- endmacro %}

{% macro _is_current(unique_id, good, found) -%}
    {%- if unique_id not in found -%}
        {%- set seen = namespace(is_current=unique_id in good) -%}
        {%- for parent in parts_of(unique_id) -%}
            {%- if not _is_current(parent, good, found) -%}
                {%- set seen.is_current = false -%}
            {%- endif -%}
        {%- endfor -%}
        {%- do found.update({unique_id: seen.is_current}) -%}
    {%- endif -%}
    {{ return(found[unique_id]) }}
{%- endmacro %}

{# Current is what was built from today's declarations, still exists where it is built by key, is
   not about to be built in full, and is made of nothing else: a table that is made anew notes no
   changed keys, so that all that it feeds has to be made anew. What is not, is forgotten until it
   was built; the tables of the selected models among it that are built by key are dropped. #}
{% macro forget_stale_nodes() -%}
    {%- set hashes = declared_hashes() -%}
    {%- set good, relations = [], {} -%}
    {%- for unique_id in hashes if unique_id in graph.nodes -%}
        {%- set node = graph.nodes[unique_id] -%}
        {%- if node.config.materialized == 'incremental' -%}
            {%- do relations.update({
                unique_id: adapter.get_relation(node.database, node.schema, node.alias)
            }) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for unique_id in known_declarations(hashes) -%}
        {%- set is_gone = unique_id in relations and relations[unique_id] is none -%}
        {%- set is_anew = flags.FULL_REFRESH and unique_id in selected_resources -%}
        {%- if not is_gone and not is_anew -%}
            {%- do good.append(unique_id) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set current = current_nodes(hashes, good) -%}
    {%- set names = ["''"] -%}
    {%- for unique_id in current -%}
        {%- do names.append("'" ~ unique_id ~ "'") -%}
    {%- endfor -%}
    {%- do run_query(
        'delete from ' ~ state_relation('declarations')
        ~ ' where node not in (' ~ names | join(', ') ~ ')'
    ) -%}
    {%- for unique_id, relation in relations.items()
        if unique_id not in current and unique_id in selected_resources and relation -%}
        {%- do adapter.drop_relation(relation) -%}
    {%- endfor -%}
{%- endmacro %}
