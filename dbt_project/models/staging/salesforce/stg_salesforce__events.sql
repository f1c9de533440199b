{{ config(enabled=uses('salesforce')) }}

with

source as (

    select * from {{ latest_rows('salesforce', 'event') }} as latest

),

renamed as (

    select
        source_system,
        id as source_record_id,
        is_source_deleted,
        who_id,
        owner_id,
        subject,
        type as event_type,
        coalesce(is_child, false) as is_child,
        coalesce(is_recurrence, false) as is_series,
        coalesce(
            start_date_time, activity_date_time, {{ start_of_day_utc('activity_date') }}
        ) as started_at,
        source_file,
        source_line,
        clock_at
    from source

)

select * from renamed
