{{ config(enabled=uses('linkedin_ads'), materialized='table') }}

with

source as (

    select * from {{ latest_rows('linkedin_ads', 'ad_analytics_by_campaign') }} as latest

),

renamed as (

    select
        source_system,
        campaign_id,
        day as date_day,
        cost_in_local_currency as cost_local_amount,
        cost_in_usd as cost_usd_amount,
        coalesce(impressions, 0) as impressions,
        coalesce(clicks, 0) as clicks,
        source_file,
        source_line,
        clock_at
    from source

)

select * from renamed
