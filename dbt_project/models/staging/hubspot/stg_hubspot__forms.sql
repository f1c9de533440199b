{{ config(enabled=uses('hubspot')) }}

with

source as (

    select * from {{ latest_rows('hubspot', 'form') }} as latest

),

renamed as (

    select
        source_system,
        guid as source_record_id,
        name as form_name,
        form_type,
        source_file,
        source_line,
        clock_at
    from source

)

select * from renamed
