{# The memory of the builds, in schema `state` beside the warehouse's own schemas:

   - changed_keys: keys of leads, records, opportunities … whose rows changed since the last
     finished build, old keys and new ones; written by models of strategy `tracked`;
   - changed_records: the same by the names of records (changed_records.sql);
   - built_batches: the loads that the last finished build had seen;
   - declarations: the models that are built by key, and all that these are made of, with the hash
     of what they were built from; `<node>#<model>` for the columns of an attribution model;
   - versions: what every model read when it was last built, and what became of it (up_to_date.sql).

   A build is finished when it ran all of these and nothing failed. Until then keys only add up, so
   that the build after a broken one repeats what that one may have missed. #}
{% macro state_relation(table) -%}
    {{ return(api.Relation.create(
        database=target.database,
        schema=generate_schema_name('state', none),
        identifier=table
    )) }}
{%- endmacro %}

{# The loader's book of batches. #}
{% macro batches_relation() -%}
    {{ return(api.Relation.create(
        database=target.database, schema='raw', identifier='_batches'
    )) }}
{%- endmacro %}

{# on-run-start: make the tables; what is not current is forgotten, and the models among it that are
   built by key are dropped, so that they are built anew. #}
{% macro open_build() -%}
    {%- if execute and flags.WHICH in ('build', 'run', 'seed') -%}
        {%- do adapter.create_schema(state_relation('changed_keys')) -%}
        {%- set tables = {
            'changed_keys': 'entity varchar, changed_key bigint',
            'changed_records':
                'source_system varchar, source_object varchar, source_record_id varchar',
            'built_batches': 'batch_id varchar',
            'declarations': 'node varchar, declared_hash varchar',
            'versions': 'node varchar, inputs varchar, version varchar',
        } -%}
        {%- for table, columns in tables.items() -%}
            {%- do run_query(
                'create table if not exists ' ~ state_relation(table) ~ ' (' ~ columns ~ ')'
            ) -%}
        {%- endfor -%}
        {%- do forget_stale_nodes() -%}
    {%- endif -%}
{%- endmacro %}

{# on-run-end: keep the hashes of what is current now; close the build when it was whole and good:
   every model that is built by key ran, and every model that these are made of. #}
{% macro close_build(results) -%}
    {%- if execute and flags.WHICH in ('build', 'run', 'seed') and results -%}
        {%- set built, failed = [], [] -%}
        {%- for result in results -%}
            {%- if result.status | string in ('success', 'pass', 'warn', 'no-op') -%}
                {%- do built.append(result.node.unique_id) -%}
            {%- else -%}
                {%- do failed.append(result.node.unique_id) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- set hashes = declared_hashes() -%}
        {%- for node in hashes if node.partition('#')[0] in built -%}
            {%- do built.append(node) -%}
        {%- endfor -%}
        {%- set known = known_declarations(hashes) -%}
        {%- set current = current_nodes(hashes, known + built) -%}
        {%- set missing, rows = [], [] -%}
        {%- for node, declared_hash in hashes.items() -%}
            {%- if node in current and node not in known -%}
                {%- do rows.append("('" ~ node ~ "', '" ~ declared_hash ~ "')") -%}
            {%- endif -%}
            {%- if node in graph.nodes and node not in built
                and graph.nodes[node].resource_type == 'model' -%}
                {%- do missing.append(node) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- if rows -%}
            {%- do run_query(
                'insert into ' ~ state_relation('declarations') ~ ' values ' ~ rows | join(', ')
            ) -%}
        {%- endif -%}
        {%- if hashes and not failed and not missing -%}
            {%- do run_query('delete from ' ~ state_relation('changed_keys')) -%}
            {%- do run_query('delete from ' ~ state_relation('changed_records')) -%}
            {%- do run_query('delete from ' ~ state_relation('built_batches')) -%}
            {%- do run_query(
                'insert into ' ~ state_relation('built_batches') ~ ' select distinct batch_id from '
                ~ batches_relation()
            ) -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
