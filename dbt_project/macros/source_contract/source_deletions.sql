{# By organisation the time of the newest full extract of an object that was read completely and
   has a record. A broken line in an extract could be any record, so such an extract is no proof
   that a record is gone; nor is an empty one. All files of one extract have the same time. #}
{% macro newest_full_extracts(relation, system, object) -%}
        select
            complete.source_system,
            max(complete.extracted_at) as extracted_at
        from (
            select
                source_system,
                extracted_at
            -- the loader's book of files lies beside the tables that it is about
            from {{ relation.incorporate(path={'identifier': '_files'}) }}
            where
                split_part(source_system, '@', 1) = '{{ system }}'
                and source_object = '{{ object }}'
            group by source_system, extracted_at
            having
                sum(case when state = 'loaded' then rejected_count else 1 end) = 0
                and sum(loaded_count) > 0
        ) as complete
        group by complete.source_system
{%- endmacro %}

{# Whether the record of a standing row was deleted in its system: the row says so, a later mark
   does, or the newest full extract does not have the record any more. A row of `versions` knows
   of others with its key; any other row is the only one. #}
{% macro is_source_deleted(contract, rows) -%}
    {%- set signs = ['candidates.is_tombstone'] -%}
    {%- set last_seen_at = 'last_seen_at' if rows == 'versions' else 'extracted_at' -%}
    {%- if rows == 'versions' and contract.tombstone -%}
        {%- do signs.append('candidates.marked_at >= candidates.extracted_at') -%}
        {%- if contract.version -%}
            {%- do signs.append('candidates.mark_version >= candidates.' ~ contract.version) -%}
        {%- endif -%}
    {%- endif -%}
    {%- if contract.key and contract.extract == 'full' -%}
        {%- do signs.append(
            'candidates.' ~ last_seen_at ~ ' < newest_full_extracts.extracted_at'
        ) -%}
    {%- endif -%}
    coalesce({{ signs | join(' or ') }}, false)
{%- endmacro %}

{# The newest value among the clock columns of a row that is not a day after its extract. #}
{% macro clock_of_row(contract) -%}
    {%- set limit = add_seconds('extracted_at', 86400) -%}
    {%- set clocks = [] -%}
    {%- for column in contract.columns if column.meta.get('clock') -%}
        {%- set is_day = column.data_type == 'date' -%}
        {%- set clock = end_of_day_utc(column.name) if is_day else column.name -%}
        {%- do clocks.append(
            'case when ' ~ clock ~ ' <= ' ~ limit ~ ' then ' ~ clock ~ ' end'
        ) -%}
    {%- endfor -%}
    {{ 'greatest(' ~ clocks | join(', ') ~ ')' if clocks else 'cast(null as timestamp)' }}
{%- endmacro %}
