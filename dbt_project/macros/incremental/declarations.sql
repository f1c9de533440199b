{# What a model is built from, as a hash: its SQL and configuration, those of all that it reads,
   seeds and source contracts among them, the variables, and the macros (LEAD_LEDGER_MACROS, which
   a refresh sets; whoever edits a macro by hand and runs dbt alone says --full-refresh). #}
{% macro declared_hashes() -%}
    {%- set common = [env_var('LEAD_LEDGER_MACROS', ''), target.name] -%}
    {%- for name in [
        'systems', 'reporting_currency', 'org_utc_offset_hours', 'lookback_days',
        'milestone_grace_hours', 'reenter_grace_hours', 'fx_max_age_days',
        'identity_max_records', 'identity_max_names_per_email', 'record_source_touches',
        'touch_scope', 'attribution_models', 'lead_conversion_stages',
    ] -%}
        {%- do common.append(name ~ '=' ~ tojson(var(name))) -%}
    {%- endfor -%}
    {%- set hashes = {} -%}
    {%- set wanted = {} -%}
    {%- for node in graph.nodes.values() if node.config.materialized == 'incremental' -%}
        {%- do wanted.update({
            node.unique_id: local_md5(common | join(';') ~ _hash_of_node(node.unique_id, hashes))
        }) -%}
    {%- endfor -%}
    {{ return(wanted) }}
{%- endmacro %}

{# `hashes` keeps what was found, because models share most of what they read. #}
{% macro _hash_of_node(unique_id, hashes) -%}
    {%- if unique_id not in hashes -%}
        {%- if unique_id in graph.sources -%}
            {%- set source = graph.sources[unique_id] -%}
            {%- set columns = [] -%}
            {%- for column in source.columns.values() -%}
                {%- do columns.append([
                    column.name, column.data_type, tojson(column.config.meta or column.meta)
                ] | join(' ')) -%}
            {%- endfor -%}
            {%- set parts = [tojson(source.config.meta or source.meta)] + columns -%}
        {%- else -%}
            {%- set node = graph.nodes[unique_id] -%}
            {%- set parts = [
                node.checksum.checksum, tojson(node.config.meta), node.config.materialized,
            ] -%}
            {%- for parent in node.depends_on.nodes | sort -%}
                {%- do parts.append(_hash_of_node(parent, hashes)) -%}
            {%- endfor -%}
        {%- endif -%}
        {%- do hashes.update({unique_id: local_md5(parts | join(';'))}) -%}
    {%- endif -%}
    {{ return(hashes[unique_id]) }}
{%- endmacro %}

{# Drop the selected incremental models that were built from other declarations than today's. #}
{% macro drop_redeclared_models() -%}
    {%- set known = {} -%}
    {%- for row in run_query(
        'select model, declared_hash from ' ~ state_relation('declarations')
    ).rows -%}
        {%- do known.update({row[0]: row[1]}) -%}
    {%- endfor -%}
    {%- for model, declared_hash in declared_hashes().items() -%}
        {%- if model in selected_resources and known.get(model) != declared_hash -%}
            {%- set node = graph.nodes[model] -%}
            {%- set relation = adapter.get_relation(node.database, node.schema, node.alias) -%}
            {%- if relation is not none -%}
                {%- do adapter.drop_relation(relation) -%}
            {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
{%- endmacro %}
