-- Events and syndication have one cost: spread evenly over their days, cents by the ceiling of
-- law 2. A campaign whose cost is reported by day is left out.
{% set cents_to_date = ceiling_share('cost_cents', 'day_number', 'day_count') %}
{% set cents_before = ceiling_share('cost_cents', '(day_number - 1)', 'day_count') %}

with

campaigns as (

    select * from {{ ref('int_touchpoints__campaigns_unioned') }}

),

-- by key: a CRM campaign that is mapped to an ad campaign has its cost there
campaigns_with_spend as (

    select distinct campaigns.campaign_key
    from {{ ref('int_touchpoints__spend_reported') }} as reported
    inner join campaigns
        on
            reported.source_system = campaigns.source_system
            and reported.campaign_id = campaigns.campaign_id

),

planned as (

    select
        campaigns.source_system,
        campaigns.campaign_id,
        campaigns.channel,
        coalesce(upper(campaigns.currency_code), '{{ var('reporting_currency') }}')
            as currency_code,
        cast(round(campaigns.actual_cost_amount * 100, 0) as bigint) as cost_cents,
        cast(campaigns.start_date as date) as start_date,
        greatest(coalesce(campaigns.end_date, campaigns.start_date), campaigns.start_date)
            as end_date
    from campaigns
    left join campaigns_with_spend on campaigns.campaign_key = campaigns_with_spend.campaign_key
    where
        campaigns.actual_cost_amount > 0
        and campaigns.start_date is not null
        and campaigns_with_spend.campaign_key is null

),

spread as (

    select
        planned.*,
        dates.date_day,
        row_number() over (
            partition by planned.source_system, planned.campaign_id order by dates.date_day
        ) as day_number,
        count(*) over (partition by planned.source_system, planned.campaign_id) as day_count
    from planned
    inner join {{ ref('int_calendar') }} as dates
        on dates.date_day between planned.start_date and planned.end_date

),

final as (

    select
        source_system,
        '(none)' as ad_account_id,
        campaign_id,
        channel,
        date_day,
        currency_code,
        cast({{ cents_to_amount(cents_to_date ~ ' - ' ~ cents_before) }} as decimal(18, 2))
            as spend_amount_original,
        cast(null as bigint) as impressions,
        cast(null as bigint) as clicks
    from spread

)

select * from final
