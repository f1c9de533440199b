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

record_places as (

    select * from {{ ref('int_quality__record_places') }}

),

suspicious as (

    select
        found.reason,
        found.severity,
        found.is_excluded,
        found.source_system,
        found.source_object,
        record_places.source_file,
        record_places.source_line,
        found.source_record_id,
        found.detail
    from {{ ref('int_quality__suspicious_records') }} as found
    left join record_places
        on
            found.source_system = record_places.source_system
            and found.source_object = record_places.source_object
            and found.source_record_id = record_places.source_record_id

),

exceptions as (

    select * from quarantined
    union all
    select * from unused
    union all
    select * from rejected
    union all
    select * from suspicious

),

final as (

    select
        cast(reason as {{ dbt.type_string() }}) as reason,
        cast(severity as {{ dbt.type_string() }}) as severity,
        cast(is_excluded as boolean) as is_excluded,
        cast(source_system as {{ dbt.type_string() }}) as source_system,
        cast(source_object as {{ dbt.type_string() }}) as source_object,
        cast(source_file as {{ dbt.type_string() }}) as source_file,
        cast(source_line as bigint) as source_line,
        cast(source_record_id as {{ dbt.type_string() }}) as source_record_id,
        cast(detail as {{ dbt.type_string() }}) as detail
    from exceptions

)

select * from final
