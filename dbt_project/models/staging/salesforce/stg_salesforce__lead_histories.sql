{{ config(enabled=uses('salesforce')) }}

with

source as (

    select * from {{ latest_rows('salesforce', 'lead_history') }} as latest

),

renamed as (

    select
        source_system,
        id as source_record_id,
        lead_id,
        field,
        old_value,
        new_value,
        created_date as occurred_at,
        is_source_deleted,
        source_file,
        source_line,
        clock_at
    from source

)

select * from renamed
