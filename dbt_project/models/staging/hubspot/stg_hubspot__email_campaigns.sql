{{ config(enabled=uses('hubspot')) }}

with

source as (

    select * from {{ latest_rows('hubspot', 'email_campaign') }} as latest

),

renamed as (

    select
        source_system,
        id as source_record_id,
        coalesce(name, subject) as campaign_name,
        type as email_type,
        source_file,
        source_line,
        clock_at
    from source

)

select * from renamed
