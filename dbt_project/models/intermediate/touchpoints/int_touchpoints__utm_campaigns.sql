{{ config(**tracked('utm_campaign', names=[["''", "'utm_campaign'", 'utm_campaign']])) }}

-- What each campaign parameter of a link means: by mapping, by a campaign's id, by its name.
with

utm_values as (

    select distinct utm_campaign from {{ ref('int_touchpoints__touches_unioned') }}
    where utm_campaign is not null

),

campaigns as (

    select * from {{ ref('int_touchpoints__campaigns_unioned') }}

),

candidates as (

    select
        utm_values.utm_campaign,
        mapping.campaign_key,
        'mapping' as campaign_method,
        1 as method_rank
    from utm_values
    inner join {{ ref('campaign_mapping') }} as mapping
        on lower(utm_values.utm_campaign) like lower(mapping.utm_pattern)

    union all

    select
        utm_values.utm_campaign,
        campaigns.campaign_key,
        'campaign_id' as campaign_method,
        case when campaigns.is_ad_platform then 2 else 3 end as method_rank
    from utm_values
    inner join campaigns on utm_values.utm_campaign = campaigns.campaign_id

    union all

    select
        utm_values.utm_campaign,
        campaigns.campaign_key,
        'campaign_name' as campaign_method,
        case when campaigns.is_ad_platform then 4 else 5 end as method_rank
    from utm_values
    inner join campaigns on lower(trim(utm_values.utm_campaign)) = campaigns.name_normalized

),

ranked as (

    select
        *,
        row_number() over (
            partition by utm_campaign order by method_rank, campaign_key
        ) as preference
    from candidates

),

final as (

    select
        utm_values.utm_campaign,
        coalesce(ranked.campaign_key, 'utm:' || lower(trim(utm_values.utm_campaign)))
            as campaign_key,
        coalesce(ranked.campaign_method, 'unmapped') as campaign_method
    from utm_values
    left join ranked on utm_values.utm_campaign = ranked.utm_campaign and ranked.preference = 1

)

select * from final
