{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ delete_rows_of_new_batches() }}",
) }}

-- Records that staging left out or cells that it nulled, by contract.
{% set tables = newly_written_tables() if is_read_by_row() else staged_tables() %}
{% for table in tables %}
{% if not loop.first %}union all{% endif %}
select *
from ({{ rejected_rows(table.system, table.object) }}) as {{ table.system }}__{{ table.object }}
{% endfor %}
{% if not tables %}
select * from {{ this }} where false
{% endif %}
