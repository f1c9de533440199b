{{ config(
    enabled=uses('google_ads'),
    unique_key=['source_system', 'source_record_id', 'updated_at'],
) }}

with

source as (

    select * from {{ latest_rows('google_ads', 'campaign_history') }} as latest

),

renamed as (

    select
        source_system,
        id as source_record_id,
        updated_at,
        name as campaign_name,
        customer_id as ad_account_id,
        advertising_channel_type as campaign_type,
        start_date,
        end_date,
        source_file,
        source_line,
        clock_at
    from source

)

select * from renamed
