{# What a snapshot writes as the time of its rows, in place of dbt's own macro and the machine's
   clock: the release's as_of. Where that is not after the last stamp, because a release corrects
   another of the same as_of or goes back behind it, a microsecond after the last stamp, so that
   every release that changed something has a stamp of its own and none is before an older one. #}
{% macro default__snapshot_get_time() -%}
    {%- if not execute -%}
        {{ return('null') }}
    {%- endif -%}
    {%- set history = adapter.get_relation(this.database, this.schema, this.identifier) -%}
    {%- set as_of = 'select as_of from ' ~ ref('int_clock') -%}
    {%- if history is none -%}
        {%- set stamp = as_of -%}
    {%- else -%}
        {%- set columns = config.get('snapshot_table_column_names') -%}
        {%- set last = 'greatest(max(' ~ columns.dbt_valid_from ~ '), max('
            ~ columns.dbt_valid_to ~ '))' -%}
        {%- set stamp = 'select greatest(max(clock.as_of), max(stamps.next_at)) from (' ~ as_of
            ~ ') as clock cross join (select ' ~ add_microseconds(last, 1) ~ ' as next_at from '
            ~ history ~ ') as stamps' -%}
    {%- endif -%}
    cast('{{ run_query(stamp).rows[0][0] }}' as timestamp)
{%- endmacro %}
