{{ config(
    enabled=uses('meta_ads'),
    unique_key=['source_system', 'source_record_id', 'updated_at'],
) }}

with

source as (

    select * from {{ latest_rows('meta_ads', 'ad_set_history') }} as latest

),

renamed as (

    select
        source_system,
        id as source_record_id,
        updated_time as updated_at,
        campaign_id,
        source_file,
        source_line,
        clock_at
    from source

)

select * from renamed
