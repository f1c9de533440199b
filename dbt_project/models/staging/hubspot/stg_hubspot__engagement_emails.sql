{{ config(enabled=uses('hubspot')) }}

with

source as (

    select * from {{ latest_rows('hubspot', 'engagement_email') }} as latest

),

renamed as (

    select
        source_system,
        engagement_id as source_record_id,
        coalesce(_fivetran_deleted, false) as is_source_deleted,
        lower(coalesce(property_hs_email_direction, type)) as email_direction,
        lower(property_hs_email_status) as email_status,
        property_hs_email_subject as subject,
        property_hubspot_owner_id as owner_id,
        property_hs_timestamp as occurred_at,
        source_file,
        source_line,
        clock_at
    from source

)

select * from renamed
