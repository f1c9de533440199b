{{ config(enabled=uses('hubspot')) }}

with

source as (

    select * from {{ latest_rows('hubspot', 'contact_form_submission') }} as latest

),

renamed as (

    select
        source_system,
        conversion_id as source_record_id,
        contact_id,
        form_id,
        title as form_title,
        page_url,
        timestamp as occurred_at,
        source_file,
        source_line,
        clock_at
    from source

)

select * from renamed
