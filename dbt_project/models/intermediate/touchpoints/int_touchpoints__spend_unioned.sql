-- Cost per campaign and day in its own currency; campaign-level reports only, cents after the sum.
with

campaigns as (

    select * from {{ ref('int_touchpoints__campaigns_unioned') }}

),

{% if uses('google_ads') %}
google_ads_currencies as (

    select
        source_system,
        source_record_id as ad_account_id,
        currency_code,
        row_number() over (
            partition by source_system, source_record_id order by updated_at desc
        ) as recency
    from {{ ref('stg_google_ads__account_histories') }}
    where currency_code is not null

),
{% endif %}

reported as (

    {% if uses('google_ads') %}
    select
        stats.source_system,
        stats.ad_account_id,
        stats.campaign_id,
        cast(null as {{ dbt.type_string() }}) as channel,
        stats.date_day,
        coalesce(currencies.currency_code, '{{ var('reporting_currency') }}') as currency_code,
        cast(round(cast(sum(stats.cost_micros) as decimal(38, 6)) / 1000000, 2) as decimal(18, 2)) as spend_amount_original,
        sum(stats.impressions) as impressions,
        sum(stats.clicks) as clicks
    from {{ ref('stg_google_ads__campaign_stats') }} as stats
    left join google_ads_currencies as currencies
        on
            stats.source_system = currencies.source_system
            and stats.ad_account_id = currencies.ad_account_id
            and currencies.recency = 1
    group by stats.source_system, stats.ad_account_id, stats.campaign_id, stats.date_day, currencies.currency_code

    union all
    {% endif %}

    select
        source_system,
        ad_account_id,
        campaign_id,
        channel,
        date_day,
        coalesce(upper(currency_code), '{{ var('reporting_currency') }}') as currency_code,
        sum(cost_amount) as spend_amount_original,
        sum(impressions) as impressions,
        sum(clicks) as clicks
    from {{ ref('stg_generic__spend') }}
    group by source_system, ad_account_id, campaign_id, channel, date_day, currency_code

),

campaigns_with_spend as (

    select distinct
        source_system,
        campaign_id
    from reported

),

-- events and syndication have one cost: spread evenly over their days, cents by the ceiling of law 2
planned_days as (

    select
        campaigns.source_system,
        campaigns.campaign_id,
        campaigns.channel,
        coalesce(upper(campaigns.currency_code), '{{ var('reporting_currency') }}') as currency_code,
        cast(round(campaigns.actual_cost_amount * 100, 0) as bigint) as cost_cents,
        cast(campaigns.start_date as date) as start_date,
        greatest(coalesce(campaigns.end_date, campaigns.start_date), campaigns.start_date) as end_date
    from campaigns
    left join campaigns_with_spend
        on
            campaigns.source_system = campaigns_with_spend.source_system
            and campaigns.campaign_id = campaigns_with_spend.campaign_id
    where
        campaigns.actual_cost_amount > 0
        and campaigns.start_date is not null
        and campaigns_with_spend.campaign_id is null

),

spread as (

    select
        planned_days.*,
        dates.date_day,
        row_number() over (
            partition by planned_days.source_system, planned_days.campaign_id order by dates.date_day
        ) as day_number,
        count(*) over (partition by planned_days.source_system, planned_days.campaign_id) as day_count
    from planned_days
    inner join {{ ref('int_calendar') }} as dates
        on dates.date_day between planned_days.start_date and planned_days.end_date

),

costs as (

    select * from reported

    union all

    select
        source_system,
        '(none)' as ad_account_id,
        campaign_id,
        channel,
        date_day,
        currency_code,
        cast({{ cents_to_amount(ceiling_share('cost_cents', 'day_number', 'day_count') ~ ' - ' ~ ceiling_share('cost_cents', '(day_number - 1)', 'day_count')) }} as decimal(18, 2))
            as spend_amount_original,
        cast(null as bigint) as impressions,
        cast(null as bigint) as clicks
    from spread

),

final as (

    select
        costs.source_system,
        costs.ad_account_id,
        costs.campaign_id,
        coalesce(campaigns.campaign_key, costs.source_system || ':' || costs.campaign_id) as campaign_key,
        coalesce(costs.channel, campaigns.channel, channels.channel, '(unknown)') as channel,
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
