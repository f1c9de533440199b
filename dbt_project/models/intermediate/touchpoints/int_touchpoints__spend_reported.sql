-- Cost that the systems report per campaign and day, in its own currency: campaign-level reports
-- only, cents after the sum.
with

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
        cast(
            round(cast(sum(stats.cost_micros) as decimal(38, 6)) / 1000000, 2) as decimal(18, 2)
        ) as spend_amount_original,
        sum(stats.impressions) as impressions,
        sum(stats.clicks) as clicks
    from {{ ref('stg_google_ads__campaign_stats') }} as stats
    left join google_ads_currencies as currencies
        on
            stats.source_system = currencies.source_system
            and stats.ad_account_id = currencies.ad_account_id
            and currencies.recency = 1
    group by
        stats.source_system, stats.ad_account_id, stats.campaign_id, stats.date_day,
        currencies.currency_code

    {% endif %}

    {% if uses('generic') %}
    {% if uses('google_ads') %}union all{% endif %}

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
    {% endif %}

    {% if not uses('google_ads') and not uses('generic') %}
    -- no system in use reports what it cost
    select
        cast(null as {{ dbt.type_string() }}) as source_system,
        cast(null as {{ dbt.type_string() }}) as ad_account_id,
        cast(null as {{ dbt.type_string() }}) as campaign_id,
        cast(null as {{ dbt.type_string() }}) as channel,
        cast(null as date) as date_day,
        cast(null as {{ dbt.type_string() }}) as currency_code,
        cast(null as decimal(18, 2)) as spend_amount_original,
        cast(null as bigint) as impressions,
        cast(null as bigint) as clicks
    where false
    {% endif %}

)

select * from reported
