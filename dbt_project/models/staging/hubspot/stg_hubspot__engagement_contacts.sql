{{ config(enabled=uses('hubspot')) }}

with

source as (

    select * from {{ latest_rows('hubspot', 'engagement_contact') }} as latest

),

renamed as (

    select
        source_system,
        engagement_id || ':' || contact_id as source_record_id,
        engagement_id,
        contact_id,
        coalesce(_fivetran_deleted, false) as is_source_deleted,
        source_file,
        source_line,
        clock_at
    from source

)

select * from renamed
