{{ config(enabled=uses('hubspot')) }}

with

source as (

    select * from {{ latest_rows('hubspot', 'email_event_delivered') }} as latest

),

renamed as (

    select
        source_system,
        id as source_record_id,
        source_file,
        source_line,
        clock_at
    from source

)

select * from renamed
