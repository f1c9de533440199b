{{ config(enabled=uses('hubspot')) }}

with

source as (

    select * from {{ latest_rows('hubspot', 'owner') }} as latest

),

renamed as (

    select
        source_system,
        owner_id as source_record_id,
        nullif(trim(coalesce(first_name, '') || ' ' || coalesce(last_name, '')), '') as owner_name,
        coalesce(is_active, not archived, true) as is_active,
        source_file,
        source_line,
        clock_at
    from source

)

select * from renamed
