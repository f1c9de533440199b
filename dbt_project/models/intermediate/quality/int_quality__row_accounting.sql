-- Where every record of every extract went: loaded or quarantined, then staged, superseded or
-- rejected.
with

files as (

    select
        source_system,
        source_object,
        cast(sum(record_count) as bigint) as extracted_count,
        cast(sum(loaded_count) as bigint) as loaded_count,
        cast(sum(rejected_count) as bigint) as quarantined_count,
        -- an unusable file as a whole is one line of the quarantine
        cast(
            sum(rejected_count + case when state = 'loaded' then 0 else 1 end) as bigint
        ) as expected_quarantine_count
    from {{ ref('stg_ledger__files') }}
    -- the others are not staged; rpt_exceptions names their files
    where {{ is_staged('source_system', 'source_object') }}
    group by source_system, source_object

),

quarantined_lines as (

    select
        source_system,
        source_object,
        count(*) as listed_quarantine_count
    from {{ ref('stg_ledger__quarantined_lines') }}
    group by source_system, source_object

),

raw_rows as (

    select * from {{ ref('int_quality__raw_fates') }}

),

listed_rejects as (

    select
        source_system,
        source_object,
        count(distinct source_file || chr(31) || cast(source_line as {{ dbt.type_string() }}))
            as listed_rejected_count
    from {{ ref('int_quality__rejected_rows') }}
    where is_excluded
    group by source_system, source_object

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

final as (

    select
        files.source_system,
        files.source_object,
        files.extracted_count,
        files.loaded_count,
        files.quarantined_count,
        files.expected_quarantine_count,
        coalesce(quarantined_lines.listed_quarantine_count, 0) as listed_quarantine_count,
        coalesce(raw_rows.raw_count, 0) as raw_count,
        coalesce(staged_rows.staged_count, 0) as staged_count,
        coalesce(raw_rows.rejected_count, 0) as rejected_count,
        coalesce(listed_rejects.listed_rejected_count, 0) as listed_rejected_count,
        coalesce(raw_rows.superseded_count, 0) as superseded_count
    from files
    left join quarantined_lines
        on
            files.source_system = quarantined_lines.source_system
            and files.source_object = quarantined_lines.source_object
    left join raw_rows
        on
            files.source_system = raw_rows.source_system
            and files.source_object = raw_rows.source_object
    left join listed_rejects
        on
            files.source_system = listed_rejects.source_system
            and files.source_object = listed_rejects.source_object
    left join staged_rows
        on
            files.source_system = staged_rows.source_system
            and files.source_object = staged_rows.source_object

)

select * from final
