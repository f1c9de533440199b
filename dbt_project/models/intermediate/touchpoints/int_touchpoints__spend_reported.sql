-- Cost that the systems report per campaign and day, in its own currency: cents after the sum.
with

reported as (

    select * from {{ ref('int_touchpoints__ad_spend_unioned') }}

),

final as (

    select
        source_system,
        coalesce(ad_account_id, '(none)') as ad_account_id,
        campaign_id,
        channel,
        date_day,
        coalesce(upper(currency_code), '{{ var('reporting_currency') }}') as currency_code,
        cast(round(sum(cost_amount), 2) as decimal(18, 2)) as spend_amount_original,
        cast(sum(impressions) as bigint) as impressions,
        cast(sum(clicks) as bigint) as clicks
    from reported
    group by
        source_system,
        coalesce(ad_account_id, '(none)'),
        campaign_id,
        channel,
        date_day,
        coalesce(upper(currency_code), '{{ var('reporting_currency') }}')

)

select * from final
