{{ config(enabled=uses('web')) }}

with

source as (

    select * from {{ latest_rows('web', 'sessions') }} as latest

),

renamed as (

    select
        source_system,
        session_id as source_record_id,
        started_at,
        visitor_id,
        email,
        referrer,
        landing_page_url,
        utm_source as source,
        utm_medium as medium,
        utm_campaign,
        utm_content as content,
        gclid,
        fbclid,
        msclkid,
        li_fat_id,
        form_name,
        form_submitted_at,
        is_source_deleted,
        source_file,
        source_line,
        clock_at
    from source

)

select * from renamed
