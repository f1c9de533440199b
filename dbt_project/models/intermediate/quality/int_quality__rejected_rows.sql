{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ delete_rows_of_new_batches() }}",
) }}

-- Records that staging left out or cells that it nulled, by contract.
{% for table in staged_tables() %}
{% if not loop.first %}union all{% endif %}
select *
from ({{ rejected_rows(table.system, table.object) }}) as {{ table.system }}__{{ table.object }}
{% endfor %}
