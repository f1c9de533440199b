{# A table whose inputs are what they were when it was built is kept as it is. dbt has no such
   state, so the materializations of models stand here with a question before dbt's own.

   state.versions has a row per model that was built to its end: `inputs`, a hash of its SQL and of
   the versions of all that it reads, and `version`, which stands for its rows: the hash of a
   table's content, so that a table that came out the same stops the change; the build that last
   built a table by key, or found changes in a tracked one; the inputs of a view. The row goes
   before the model is built.

   Tables of raw have the batches that wrote them as their version, seeds their content. A model
   that reads anything else (a snapshot, the loader's own books) has no version of its inputs and is
   always built; so is one of meta `always_built`, which reads the state. #}
{% materialization table, adapter='duckdb', supported_languages=['sql'] %}
    {%- set inputs = version_of_inputs() -%}
    {%- if is_up_to_date(inputs) -%}
        {{ return(keep_relation()) }}
    {%- endif -%}
    {%- do forget_version() -%}
    {%- set built = dbt.materialization_table_duckdb() -%}
    {%- do note_version(inputs, content_version(this)) -%}
    {{ return(built) }}
{% endmaterialization %}

{% materialization view, adapter='duckdb', supported_languages=['sql'] %}
    {%- set inputs = version_of_inputs() -%}
    {%- if is_up_to_date(inputs) -%}
        {{ return(keep_relation()) }}
    {%- endif -%}
    {%- do forget_version() -%}
    {%- set built = dbt.materialization_view_default() -%}
    {%- do note_version(inputs, inputs) -%}
    {{ return(built) }}
{% endmaterialization %}

{% materialization incremental, adapter='duckdb', supported_languages=['sql'] %}
    {%- set inputs = version_of_inputs() -%}
    {%- if is_up_to_date(inputs) -%}
        {{ return(keep_relation()) }}
    {%- endif -%}
    {%- set before = known_version() if is_incremental_build() else none -%}
    {%- do forget_version() -%}
    {%- set built = dbt.materialization_incremental_duckdb() -%}
    {%- set is_same = before is not none and config.get('incremental_strategy') == 'tracked'
        and not wrote_changes() -%}
    {%- do note_version(
        inputs if lists_are_built() else none, before if is_same else invocation_id
    ) -%}
    {{ return(built) }}
{% endmaterialization %}

{# The hash that `inputs` has to be; none where something that the model reads has no version. The
   SQL of an incremental model is another one in its first build: its declarations are kept by
   themselves (declarations.sql). Lists of changes are no inputs: what they say, the tables that
   they are made from say too. #}
{% macro version_of_inputs() -%}
    {%- if model.config.meta.always_built -%}
        {{ return(none) }}
    {%- endif -%}
    {%- set parts = [
        this | string, model.config.materialized, model.contract.checksum or '',
        '' if model.config.materialized == 'incremental' else sql,
        tojson(var('attribution_models')) if model.config.meta.has_model_columns else '',
        env_var('LEAD_LEDGER_MACROS', ''), dbt_version,
    ] -%}
    {%- set queries = ['select version()'] -%}
    {%- do _add_versions(model.depends_on.nodes, queries) -%}
    {%- for version in run_query('select (' ~ queries | join('), (') ~ ')').rows[0] -%}
        {%- do parts.append(version) -%}
    {%- endfor -%}
    {{ return(none if none in parts else local_md5(parts | join(';'))) }}
{%- endmacro %}

{# A view shows at once what became of its parents, whether it was made again or not. #}
{% macro _add_versions(nodes, queries) -%}
    {%- for unique_id in nodes | sort -%}
        {%- set kind = unique_id.split('.')[0] -%}
        {%- set node = graph.sources[unique_id] if kind == 'source' else graph.nodes[unique_id] -%}
        {%- if kind == 'source' -%}
            {%- do queries.append(_version_of_source(node)) -%}
        {%- elif kind == 'seed' -%}
            {%- do queries.append(_content_query(node.relation_name)) -%}
        {%- elif not node.config.meta.always_built -%}
            {%- do queries.append(
                'select max(version) from ' ~ state_relation('versions')
                ~ " where node = '" ~ unique_id ~ "'"
            ) -%}
            {%- if node.config.materialized == 'view' -%}
                {%- do _add_versions(node.depends_on.nodes, queries) -%}
            {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
{%- endmacro %}

{% macro _version_of_source(source) -%}
    {%- if source.source_name == 'ledger' -%}
        {{ return('select null') }}
    {%- endif -%}
    select coalesce(string_agg(batch_id || is_rewrite, ',' order by batch_id, is_rewrite), '')
    from {{ batches_relation() }} where table_name = '{{ source.identifier }}'
{%- endmacro %}

{# Whether this build makes every list of changes. What is built by key after a build that did not
   may lack what the lists do not name yet, so it is no state to keep. #}
{% macro lists_are_built() -%}
    {%- for node in graph.nodes.values()
        if node.config.meta.always_built and node.unique_id not in selected_resources -%}
        {{ return(false) }}
    {%- endfor -%}
    {{ return(true) }}
{%- endmacro %}

{# The rows of a relation in any order, with the names and types of its columns. #}
{% macro _content_query(relation) -%}
    {#- an alias that is no column's name stands for the row -#}
    select count(*) || coalesce(max(typeof(whole_row__)) || sum(hash(whole_row__)), '')
    from {{ relation }} as whole_row__
{%- endmacro %}

{# The content of a table; an empty one has its columns, too. #}
{% macro content_version(relation) -%}
    {%- set columns = [] -%}
    {%- for column in adapter.get_columns_in_relation(relation) -%}
        {%- do columns.append(column.name ~ ' ' ~ column.data_type) -%}
    {%- endfor -%}
    {{ return(local_md5(
        columns | join(',') ~ ';' ~ run_query(_content_query(relation)).rows[0][0]
    )) }}
{%- endmacro %}

{% macro is_up_to_date(inputs) -%}
    {%- if inputs is none or should_full_refresh() or load_cached_relation(this) is none -%}
        {{ return(false) }}
    {%- endif -%}
    {{ return(run_query(
        'select 1 from ' ~ state_relation('versions') ~ " where node = '" ~ model.unique_id
        ~ "' and inputs = '" ~ inputs ~ "'"
    ).rows | length > 0) }}
{%- endmacro %}

{% macro keep_relation() -%}
    {%- call noop_statement('main', 'KEPT', 'KEPT') -%}{%- endcall -%}
    {{ return({'relations': [load_cached_relation(this)]}) }}
{%- endmacro %}

{% macro known_version() -%}
    {%- set rows = run_query(
        'select version from ' ~ state_relation('versions')
        ~ " where node = '" ~ model.unique_id ~ "'"
    ).rows -%}
    {{ return(rows[0][0] if rows else none) }}
{%- endmacro %}

{% macro forget_version() -%}
    {%- do _write_version(
        'delete from ' ~ state_relation('versions') ~ " where node = '" ~ model.unique_id ~ "'"
    ) -%}
{%- endmacro %}

{% macro note_version(inputs, version) -%}
    {%- do _write_version(
        'insert into ' ~ state_relation('versions') ~ " values ('" ~ model.unique_id ~ "', "
        ~ ("'" ~ inputs ~ "'" if inputs else 'null') ~ ", '" ~ version ~ "')"
    ) -%}
{%- endmacro %}

{# In a transaction of its own: a transaction writes to one file, the model may be in another. #}
{% macro _write_version(sql) -%}
    {%- call statement('version', auto_begin=true) -%}{{ sql }}{%- endcall -%}
    {%- do adapter.commit() -%}
{%- endmacro %}
