{{ config(enabled=uses('salesforce')) }}

with

source as (

    select * from {{ latest_rows('salesforce', 'user') }} as latest

),

renamed as (

    select
        source_system,
        id as source_record_id,
        name as owner_name,
        coalesce(department, division) as team,
        coalesce(is_active, true) and not is_source_deleted as is_active,
        time_zone_sid_key as time_zone,
        source_file,
        source_line,
        clock_at
    from source

)

select * from renamed
