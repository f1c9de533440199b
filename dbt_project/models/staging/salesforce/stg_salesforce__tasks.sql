{{ config(enabled=uses('salesforce')) }}

with

source as (

    select * from {{ latest_rows('salesforce', 'task') }} as latest

),

renamed as (

    select
        source_system,
        id as source_record_id,
        {{ is_deleted_at_source() }} as is_source_deleted,
        who_id,
        what_id,
        owner_id,
        subject,
        task_subtype,
        call_type,
        coalesce(is_closed, false) as is_closed,
        completed_date_time as completed_at,
        created_date as created_at,
        source_file,
        source_line,
        clock_at
    from source

)

select * from renamed
