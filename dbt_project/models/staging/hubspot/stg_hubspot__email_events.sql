{{ config(enabled=uses('hubspot')) }}

with

source as (

    select * from {{ latest_rows('hubspot', 'email_event') }} as latest

),

renamed as (

    select
        source_system,
        id as source_record_id,
        lower(type) as event_type,
        email_campaign_id,
        lower(recipient) as recipient_email,
        coalesce(filtered_event, false) as is_filtered,
        created as occurred_at,
        source_file,
        source_line,
        clock_at
    from source

)

select * from renamed
