-- Where every record of every extract went: loaded or quarantined, then staged, superseded or
-- rejected.
with

files as (

    select
        source_system,
        source_object,
        sum(record_count) as extracted_count,
        sum(loaded_count) as loaded_count,
        sum(rejected_count) as quarantined_count
    from {{ ref('stg_ledger__files') }}
    group by source_system, source_object

),

raw_rows as (

    {% for table in staged_tables() %}
    {% set contract = {'required': [], 'columns': []} %}
    {% if execute %}{% set contract = source_contract(table.system, table.object) %}{% endif %}
    {% set key = (contract.key or []) | list %}
    {% for name in contract.history or [] %}
    {% do key.append("coalesce(" ~ name ~ ", '')") %}
    {% endfor %}
    select
        _source_system as source_system,
        '{{ table.object }}' as source_object,
        count(*) as raw_count,
        sum(case when {{ is_stageable(contract) }} then 0 else 1 end) as rejected_count,
        -- counted from the keys, not as what is left over; restated spend is replaced by date,
        -- not by key
        {% if contract.key and not contract.replaces -%}
        sum(case when {{ is_stageable(contract) }} then 1 else 0 end)
        - count(
            distinct case
                when {{ is_stageable(contract) }} then {{ key | join(" || '|' || ") }}
            end
        )
        {%- else -%}
        cast(null as bigint)
        {%- endif %} as superseded_count
    from {{ source(table.system, table.object) }}
    group by _source_system
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

staged_rows as (

    {% for table in staged_tables() %}
    select
        source_system,
        '{{ table.object }}' as source_object,
        count(*) as staged_count
    from {{ ref(table.model) }}
    group by source_system
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

-- the tables of the systems in use
tables as (

    {% for table in staged_tables() %}
    select
        '{{ table.system }}' as system,
        '{{ table.object }}' as source_object
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

final as (

    select
        files.source_system,
        files.source_object,
        files.extracted_count,
        files.loaded_count,
        files.quarantined_count,
        tables.source_object is not null as is_read,
        coalesce(raw_rows.raw_count, 0) as raw_count,
        coalesce(staged_rows.staged_count, 0) as staged_count,
        coalesce(raw_rows.rejected_count, 0) as rejected_count,
        coalesce(
            raw_rows.superseded_count,
            raw_rows.raw_count - raw_rows.rejected_count - coalesce(staged_rows.staged_count, 0),
            0
        ) as superseded_count
    from files
    left join tables
        on
            split_part(files.source_system, '@', 1) = tables.system
            and files.source_object = tables.source_object
    left join raw_rows
        on
            files.source_system = raw_rows.source_system
            and files.source_object = raw_rows.source_object
    left join staged_rows
        on
            files.source_system = staged_rows.source_system
            and files.source_object = staged_rows.source_object

)

select * from final
