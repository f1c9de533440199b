{{ config(enabled=uses('hubspot')) }}

with

source as (

    select * from {{ latest_rows('hubspot', 'engagement') }} as latest

),

renamed as (

    select
        source_system,
        id as source_record_id,
        coalesce(_fivetran_deleted, not active, false) as is_source_deleted,
        lower(type) as engagement_type,
        owner_id,
        timestamp as occurred_at,
        created_at,
        source_file,
        source_line,
        clock_at
    from source

)

select * from renamed
