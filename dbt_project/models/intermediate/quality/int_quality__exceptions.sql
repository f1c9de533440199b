{{ config(materialized='view') }}

-- Everything that is wrong with the data. A finding of a rule has no file and line here: those of
-- its record are in int_quality__record_places.
with

quarantined as (

    select
        reason,
        'error' as severity,
        true as is_excluded,
        source_system,
        source_object,
        source_file,
        source_line,
        cast(null as {{ dbt.type_string() }}) as source_record_id,
        detail
    from {{ ref('stg_ledger__quarantined_lines') }}

),

unused as (

    select
        'source_not_in_use' as reason,
        'warning' as severity,
        true as is_excluded,
        source_system,
        source_object,
        source_file,
        cast(null as bigint) as source_line,
        cast(null as {{ dbt.type_string() }}) as source_record_id,
        cast(loaded_count as {{ dbt.type_string() }})
        || ' records are loaded and not read: variable systems or macro staged_tables does not'
        || ' name them' as detail
    from {{ ref('stg_ledger__files') }}
    where not {{ is_staged('source_system', 'source_object') }}

),

rejected as (

    select
        reason,
        case when is_excluded then 'error' else 'warning' end as severity,
        is_excluded,
        source_system,
        source_object,
        source_file,
        source_line,
        source_record_id,
        detail
    from {{ ref('int_quality__rejected_rows') }}

),

suspicious as (

    select
        reason,
        severity,
        is_excluded,
        source_system,
        source_object,
        cast(null as {{ dbt.type_string() }}) as source_file,
        cast(null as bigint) as source_line,
        source_record_id,
        detail
    from {{ ref('int_quality__suspicious_records') }}

),

final as (

    select * from quarantined
    union all
    select * from unused
    union all
    select * from rejected
    union all
    select * from suspicious

)

select * from final
