{{ config(enabled=uses('salesforce')) }}

with

source as (

    select * from {{ latest_rows('salesforce', 'campaign_member_status') }} as latest

),

renamed as (

    select
        source_system,
        id as source_record_id,
        is_source_deleted,
        campaign_id,
        label as status,
        coalesce(has_responded, false) as has_responded,
        source_file,
        source_line,
        clock_at
    from source

)

select * from renamed
