{# Whether a staging model reads only the keys that batches since the last finished build named:
   not when it declares a full extract or restatements, whose rows depend on what is not there;
   nor when a file was replaced, whose old rows are gone. #}
{% macro is_read_by_batch() -%}
    {%- if not (execute and is_incremental_build() and model.sources) -%}
        {{ return(false) }}
    {%- endif -%}
    {%- set system, object = model.sources[0] -%}
    {%- if system == 'ledger' -%}
        {{ return(false) }}
    {%- endif -%}
    {%- set contract = source_contract(system, object) -%}
    {%- if contract.extract == 'full' or contract.replaces or not contract.key -%}
        {{ return(false) }}
    {%- endif -%}
    {{ return(source(system, object).identifier not in rewritten_tables()) }}
{%- endmacro %}

{# The tables of raw of which a file was replaced since the last finished build. #}
{% macro rewritten_tables() -%}
    {{ return(run_query(
        'select distinct table_name from ' ~ batches_relation() ~ ' where is_rewrite and '
        ~ is_of_new_batch('batch_id')
    ).columns[0].values() | list) }}
{%- endmacro %}

{# The condition that no finished build has seen a batch: by name, because a scan of a wide table
   skips what it can compare with a constant. #}
{% macro is_of_new_batch(column) -%}
    {%- set batches = [] -%}
    {%- for batch in run_query(
        'select distinct batch_id from ' ~ batches_relation()
        ~ ' where batch_id not in (select batch_id from ' ~ state_relation('built_batches') ~ ')'
        ~ ' order by batch_id'
    ).columns[0].values() -%}
        {%- do batches.append(dbt.string_literal(dbt.escape_single_quotes(batch))) -%}
    {%- endfor -%}
    {{ column ~ ' in (' ~ batches | join(', ') ~ ')' if batches else 'false' }}
{%- endmacro %}

{# The condition that a row of raw is of a record that a batch names which no finished build has
   seen. #}
{% macro is_named_by_new_batch(relation, contract) -%}
    {%- set cells = ['_source_system'] -%}
    {%- for column in contract.columns if column.name in contract.key -%}
        {%- do cells.append('(' ~ contracted_cell(column) ~ ')') -%}
    {%- endfor -%}
    ({{ cells | join(', ') }}) in (
            select {{ cells | join(', ') }}
            from {{ relation }}
            where {{ is_of_new_batch('_batch_id') }}
        )
{%- endmacro %}

{# Whether a run looks at the rows of new batches alone: what is wrong with a row never changes. A
   replaced file takes its rows with it, so then all are looked at again. #}
{% macro is_read_by_row() -%}
    {{ return(execute and is_incremental_build() and not rewritten_tables()) }}
{%- endmacro %}

{# The pre-hook that goes with it: batches that no finished build has seen are read again. #}
{% macro delete_rows_of_new_batches() -%}
    {%- if is_incremental_build() -%}
        delete from {{ this }}
        {%- if is_read_by_row() %}
        where {{ is_of_new_batch('batch_id') }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{# A query: the tables of raw to which batches wrote that no finished build has seen. #}
{% macro tables_of_new_batches() -%}
    select distinct table_name from {{ batches_relation() }}
    where {{ is_of_new_batch('batch_id') }}
{%- endmacro %}

{# The staged tables to which they wrote; all in a full run. #}
{% macro newly_written_tables() -%}
    {%- if not (execute and is_incremental_build()) -%}
        {{ return(staged_tables()) }}
    {%- endif -%}
    {%- set written, tables = run_query(tables_of_new_batches()).columns[0].values(), [] -%}
    {%- for table in staged_tables()
        if source(table.system, table.object).identifier in written -%}
        {%- do tables.append(table) -%}
    {%- endfor -%}
    {{ return(tables) }}
{%- endmacro %}

{# The pre-hook of a model that is built by table of raw. #}
{% macro delete_newly_written_tables() -%}
    {%- if is_incremental_build() -%}
        delete from {{ this }} where table_name in ({{ tables_of_new_batches() }})
    {%- endif -%}
{%- endmacro %}
