{{ config(enabled=uses('hubspot')) }}

with

source as (

    select * from {{ latest_rows('hubspot', 'merged_deal') }} as latest

),

renamed as (

    select
        source_system,
        merged_deal_id || ':' || deal_id as source_record_id,
        deal_id as surviving_deal_id,
        merged_deal_id,
        source_file,
        source_line,
        clock_at
    from source

)

select * from renamed
