{{ config(enabled=uses('generic')) }}

with

source as (

    select * from {{ latest_rows('generic', 'activities') }} as latest

),

renamed as (

    select
        source_system,
        activity_id as source_record_id,
        coalesce(completed_at, occurred_at) as occurred_at,
        lead_id,
        opportunity_id,
        activity_type,
        lower(direction) as direction,
        is_human,
        disposition,
        owner_id,
        is_source_deleted,
        source_file,
        source_line,
        clock_at
    from source

)

select * from renamed
