{{ config(enabled=uses('hubspot')) }}

with

source as (

    select * from {{ latest_rows('hubspot', 'engagement_deal') }} as latest

),

renamed as (

    select
        source_system,
        engagement_id || ':' || deal_id as source_record_id,
        engagement_id,
        deal_id,
        coalesce(_fivetran_deleted, false) as is_source_deleted,
        source_file,
        source_line,
        clock_at
    from source

)

select * from renamed
