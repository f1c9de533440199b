{% set columns = [
    'source_system', 'ad_account_id', 'campaign_id', 'channel', 'date_day', 'currency_code',
    'spend_amount_original', 'impressions', 'clicks',
] %}

-- Cost per campaign and day, reported or spread, with its campaign, channel and rate.
with

campaigns as (

    select * from {{ ref('int_touchpoints__campaigns_unioned') }}

),

costs as (

    select {{ columns | join(', ') }} from {{ ref('int_touchpoints__spend_reported') }}
    union all
    select {{ columns | join(', ') }} from {{ ref('int_touchpoints__spend_spread') }}

),

final as (

    select
        costs.source_system,
        costs.ad_account_id,
        costs.campaign_id,
        coalesce(campaigns.campaign_key, costs.source_system || ':' || costs.campaign_id)
            as campaign_key,
        coalesce(costs.channel, campaigns.channel, channels.channel, '(unknown)') as channel,
        campaigns.campaign_id is not null as is_campaign_known,
        costs.date_day,
        costs.currency_code,
        costs.spend_amount_original,
        cast(round(costs.spend_amount_original * rates.rate, 2) as decimal(18, 2)) as spend_amount,
        costs.impressions,
        costs.clicks
    from costs
    left join campaigns
        on
            costs.source_system = campaigns.source_system
            and costs.campaign_id = campaigns.campaign_id
    left join {{ ref('int_touchpoints__channels') }} as channels
        on
            channels.touch_type = 'spend'
            and lower(campaigns.medium) is not distinct from channels.medium
            and lower(campaigns.source) is not distinct from channels.source
            and lower(campaigns.campaign_type) is not distinct from channels.campaign_type
    left join {{ ref('int_revenue__fx_rates') }} as rates
        on
            costs.currency_code = rates.currency_code
            and costs.date_day between rates.valid_from and rates.valid_to

)

select * from final
