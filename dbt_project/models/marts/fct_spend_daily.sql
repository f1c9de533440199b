with

spend as (

    select * from {{ ref('int_touchpoints__spend_unioned') }}

),

final as (

    select
        cast(date_day as date) as date_day,
        cast(source_system as {{ dbt.type_string() }}) as source_system,
        cast(ad_account_id as {{ dbt.type_string() }}) as ad_account_id,
        cast(campaign_key as {{ dbt.type_string() }}) as campaign_key,
        cast(channel as {{ dbt.type_string() }}) as channel,
        cast(spend_amount as decimal(18, 2)) as spend_amount,
        cast(spend_amount_original as decimal(18, 2)) as spend_amount_original,
        cast(currency_code as {{ dbt.type_string() }}) as currency_code,
        cast('{{ var('reporting_currency') }}' as {{ dbt.type_string() }})
            as reporting_currency_code,
        cast(impressions as bigint) as impressions,
        cast(clicks as bigint) as clicks
    from (
        select
            date_day,
            source_system,
            ad_account_id,
            campaign_key,
            channel,
            currency_code,
            case when count(spend_amount) = count(*) then sum(spend_amount) end as spend_amount,
            sum(spend_amount_original) as spend_amount_original,
            sum(impressions) as impressions,
            sum(clicks) as clicks
        from spend
        group by date_day, source_system, ad_account_id, campaign_key, channel, currency_code
    ) as daily

)

select * from final
