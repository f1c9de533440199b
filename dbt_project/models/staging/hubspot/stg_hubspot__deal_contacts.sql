{{ config(enabled=uses('hubspot')) }}

with

source as (

    select * from {{ latest_rows('hubspot', 'deal_contact') }} as latest

),

renamed as (

    select
        source_system,
        deal_id || ':' || contact_id as source_record_id,
        deal_id,
        contact_id,
        coalesce(_fivetran_deleted, false) as is_source_deleted,
        source_file,
        source_line,
        clock_at
    from source

)

select * from renamed
