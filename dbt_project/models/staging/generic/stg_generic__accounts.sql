{{ config(enabled=uses('generic')) }}

with

source as (

    select * from {{ latest_rows('generic', 'accounts') }} as latest

),

renamed as (

    select
        source_system,
        account_id as source_record_id,
        name as account_name,
        website,
        industry,
        employee_count,
        created_at,
        ended_at,
        is_source_deleted,
        source_file,
        source_line,
        clock_at
    from source

)

select * from renamed
