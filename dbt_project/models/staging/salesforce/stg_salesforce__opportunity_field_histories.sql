{{ config(enabled=uses('salesforce')) }}

with

source as (

    select *
    from {{ latest_rows('salesforce', 'opportunity_field_history', with_content=true) }} as latest

),

renamed as (

    select
        source_system,
        id as source_record_id,
        opportunity_id,
        field,
        old_value,
        new_value,
        created_date as occurred_at,
        coalesce(is_deleted, false) as is_source_deleted,
        content_key,
        source_file,
        source_line,
        clock_at
    from source

)

select * from renamed
