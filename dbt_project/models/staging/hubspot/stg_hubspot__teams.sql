{{ config(enabled=uses('hubspot')) }}

with

source as (

    select * from {{ latest_rows('hubspot', 'team') }} as latest

),

renamed as (

    select
        source_system,
        id as source_record_id,
        name as team_name,
        is_source_deleted,
        source_file,
        source_line,
        clock_at
    from source

)

select * from renamed
