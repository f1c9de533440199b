{{ config(enabled=uses('generic'), materialized='table') }}

with

source as (

    select * from {{ latest_rows('generic', 'spend') }} as latest

),

renamed as (

    select
        source_system,
        date as date_day,
        campaign_id,
        cast(null as {{ dbt.type_string() }}) as campaign_name,
        cost_amount,
        ad_account_id,
        channel,
        currency_code,
        coalesce(impressions, 0) as impressions,
        coalesce(clicks, 0) as clicks,
        source_file,
        source_line,
        clock_at
    from source

)

select * from renamed
