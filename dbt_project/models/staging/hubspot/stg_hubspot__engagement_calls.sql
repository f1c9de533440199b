{{ config(enabled=uses('hubspot')) }}

with

source as (

    select * from {{ latest_rows('hubspot', 'engagement_call') }} as latest

),

renamed as (

    select
        source_system,
        engagement_id as source_record_id,
        coalesce(_fivetran_deleted, false) as is_source_deleted,
        lower(property_hs_call_direction) as direction,
        property_hs_call_title as subject,
        property_hubspot_owner_id as owner_id,
        property_hs_timestamp as occurred_at,
        source_file,
        source_line,
        clock_at
    from source

)

select * from renamed
