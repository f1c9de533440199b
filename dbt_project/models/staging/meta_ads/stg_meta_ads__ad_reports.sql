{{ config(enabled=uses('meta_ads'), materialized='table') }}

with

source as (

    select * from {{ latest_rows('meta_ads', 'basic_ad') }} as latest

),

renamed as (

    select
        source_system,
        account_id as ad_account_id,
        ad_id,
        date as date_day,
        spend as cost_amount,
        coalesce(impressions, 0) as impressions,
        coalesce(inline_link_clicks, 0) as clicks,
        source_file,
        source_line,
        clock_at
    from source

)

select * from renamed
