{# The memory of the builds, in schema `state` beside the warehouse's own schemas:

   - changed_keys: keys of leads, records, opportunities … whose rows changed since the last
     finished build, old keys and new ones; written by models of strategy `tracked`;
   - built_batches: the loads that the last finished build had seen;
   - declarations: per incremental model the hash of what it was built from.

   A build is finished when it ran every incremental model and nothing failed. Until then keys
   only add up, so that the build after a broken one repeats what that one may have missed. #}
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

{# on-run-start: make the tables; a full refresh forgets, and a model whose declarations changed
   is dropped, so that it and all that it feeds are built anew. #}
{% macro open_build() -%}
    {%- if execute and flags.WHICH in ('build', 'run') -%}
        {%- do adapter.create_schema(state_relation('changed_keys')) -%}
        {%- set tables = {
            'changed_keys': 'entity varchar, changed_key bigint',
            'built_batches': 'batch_id varchar',
            'declarations': 'model varchar, declared_hash varchar',
        } -%}
        {%- for table, columns in tables.items() -%}
            {%- do run_query(
                'create table if not exists ' ~ state_relation(table) ~ ' (' ~ columns ~ ')'
            ) -%}
        {%- endfor -%}
        {%- if not flags.FULL_REFRESH -%}
            {%- do drop_redeclared_models() -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{# on-run-end: keep the hashes of what was built; close the build when it was whole and good. #}
{% macro close_build(results) -%}
    {%- if execute and flags.WHICH in ('build', 'run') and results -%}
        {%- set built, failed = [], [] -%}
        {%- for result in results -%}
            {%- if result.status | string in ('success', 'pass', 'warn', 'no-op') -%}
                {%- do built.append(result.node.unique_id) -%}
            {%- else -%}
                {%- do failed.append(result.node.unique_id) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- set hashes = declared_hashes() -%}
        {%- set missing, rows = [], [] -%}
        {%- for model, declared_hash in hashes.items() -%}
            {%- if model in built -%}
                {%- do rows.append("('" ~ model ~ "', '" ~ declared_hash ~ "')") -%}
            {%- else -%}
                {%- do missing.append(model) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- if rows -%}
            {%- set declared = '(values ' ~ rows | join(', ') ~ ') as built (model, hash)' -%}
            {%- do run_query(
                'delete from ' ~ state_relation('declarations')
                ~ ' where model in (select model from ' ~ declared ~ ')'
            ) -%}
            {%- do run_query(
                'insert into ' ~ state_relation('declarations') ~ ' select * from ' ~ declared
            ) -%}
        {%- endif -%}
        {%- if not failed and not missing -%}
            {%- do run_query('delete from ' ~ state_relation('changed_keys')) -%}
            {%- do run_query('delete from ' ~ state_relation('built_batches')) -%}
            {%- do run_query(
                'insert into ' ~ state_relation('built_batches') ~ ' select distinct batch_id from '
                ~ batches_relation()
            ) -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
