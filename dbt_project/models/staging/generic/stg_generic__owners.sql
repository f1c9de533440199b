{{ config(enabled=uses('generic')) }}

with

source as (

    select * from {{ latest_rows('generic', 'owners') }} as latest

),

renamed as (

    select
        source_system,
        owner_id as source_record_id,
        name as owner_name,
        team,
        time_zone,
        coalesce(is_active, true) as is_active,
        source_file,
        source_line,
        clock_at
    from source

)

select * from renamed
