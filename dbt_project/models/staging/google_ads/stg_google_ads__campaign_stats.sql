{{ config(enabled=uses('google_ads'), materialized='table') }}

with

source as (

    select * from {{ latest_rows('google_ads', 'campaign_stats') }} as latest

),

renamed as (

    select
        source_system,
        customer_id as ad_account_id,
        id as campaign_id,
        date as date_day,
        -- micros of the account's currency; rounded to cents only after the sum
        cost_micros,
        coalesce(impressions, 0) as impressions,
        coalesce(clicks, 0) as clicks,
        source_file,
        source_line,
        clock_at
    from source

)

select * from renamed
