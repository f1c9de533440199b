{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ delete_newly_written_tables() }}",
) }}

-- What should become of the rows of each table of raw, counted from its text and contract alone.
{% set tables = newly_written_tables() %}
{% for table in tables %}
select
    '{{ source(table.system, table.object).identifier }}' as table_name,
    source_system,
    '{{ table.object }}' as source_object,
    raw_count,
    rejected_count,
    superseded_count
from {{ row_fates(table.system, table.object) }} as {{ table.system }}__{{ table.object }}
{% if not loop.last %}union all{% endif %}
{% endfor %}
{% if not tables %}
select * from {{ this }} where false
{% endif %}
