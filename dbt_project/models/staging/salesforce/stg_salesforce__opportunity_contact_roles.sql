{{ config(enabled=uses('salesforce')) }}

with

source as (

    select * from {{ latest_rows('salesforce', 'opportunity_contact_role') }} as latest

),

renamed as (

    select
        source_system,
        id as source_record_id,
        opportunity_id,
        contact_id,
        role,
        coalesce(is_primary, false) as is_primary,
        {{ is_deleted_at_source() }} as is_source_deleted,
        source_file,
        source_line,
        clock_at
    from source

)

select * from renamed
