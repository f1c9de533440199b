{{ config(enabled=uses('hubspot')) }}

with

source as (

    select * from {{ latest_rows('hubspot', 'engagement_task') }} as latest

),

renamed as (

    select
        source_system,
        engagement_id as source_record_id,
        coalesce(_fivetran_deleted, false) as is_source_deleted,
        lower(property_hs_task_status) as task_status,
        property_hs_task_subject as subject,
        property_hubspot_owner_id as owner_id,
        property_hs_task_completion_date as completed_at,
        property_hs_createdate as created_at,
        source_file,
        source_line,
        clock_at
    from source

)

select * from renamed
