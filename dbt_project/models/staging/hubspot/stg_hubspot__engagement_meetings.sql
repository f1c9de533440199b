{{ config(enabled=uses('hubspot')) }}

with

source as (

    select * from {{ latest_rows('hubspot', 'engagement_meeting') }} as latest

),

renamed as (

    select
        source_system,
        engagement_id as source_record_id,
        coalesce(_fivetran_deleted, false) as is_source_deleted,
        lower(property_hs_meeting_outcome) as meeting_outcome,
        property_hs_meeting_title as subject,
        property_hubspot_owner_id as owner_id,
        coalesce(property_hs_timestamp, property_hs_meeting_start_time) as occurred_at,
        source_file,
        source_line,
        clock_at
    from source

)

select * from renamed
