with

exceptions as (

    select
        *,
        -- a key of the join, not a condition on one side of it: that is no hash join
        case when source_file is null then source_record_id end as unplaced_record_id
    from {{ ref('int_quality__exceptions') }}

),

record_places as (

    select * from {{ ref('int_quality__record_places') }}

),

final as (

    select
        cast(exceptions.reason as {{ dbt.type_string() }}) as reason,
        cast(exceptions.severity as {{ dbt.type_string() }}) as severity,
        cast(exceptions.is_excluded as boolean) as is_excluded,
        cast(exceptions.source_system as {{ dbt.type_string() }}) as source_system,
        cast(exceptions.source_object as {{ dbt.type_string() }}) as source_object,
        cast(
            coalesce(exceptions.source_file, record_places.source_file)
            as {{ dbt.type_string() }}
        ) as source_file,
        cast(coalesce(exceptions.source_line, record_places.source_line) as bigint)
            as source_line,
        cast(exceptions.source_record_id as {{ dbt.type_string() }}) as source_record_id,
        cast(exceptions.detail as {{ dbt.type_string() }}) as detail
    from exceptions
    left join record_places
        on
            exceptions.source_system = record_places.source_system
            and exceptions.source_object = record_places.source_object
            and exceptions.unplaced_record_id = record_places.source_record_id

)

select * from final
