{{ config(enabled=uses('salesforce')) }}

with

source as (

    select * from {{ latest_rows('salesforce', 'campaign_member') }} as latest

),

renamed as (

    select
        source_system,
        id as source_record_id,
        is_source_deleted,
        campaign_id,
        lead_id,
        contact_id,
        status,
        has_responded,
        first_responded_date,
        created_date as created_at,
        source_file,
        source_line,
        clock_at
    from source

)

select * from renamed
