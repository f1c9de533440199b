{{ config(enabled=uses('hubspot')) }}

with

source as (

    select * from {{ latest_rows('hubspot', 'owner_team') }} as latest

),

renamed as (

    select
        source_system,
        owner_id || ':' || team_id as source_record_id,
        owner_id,
        team_id,
        coalesce(is_team_primary, false) as is_primary,
        is_source_deleted,
        source_file,
        source_line,
        clock_at
    from source

)

select * from renamed
