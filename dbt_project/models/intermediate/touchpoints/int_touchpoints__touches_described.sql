{{ config(**tracked(
    'touch_key',
    {'described_touch': 'touch_key', 'described_lead': 'lead_key'},
    scope=listed_scope('int_changes__touches'),
)) }}

-- Touches with their campaign, before the channel rules.
-- depends_on: {{ ref('int_changes__touches') }}
with

touches as (

    select * from {{ ref('int_touchpoints__touches_unioned') }}
    where {{ is_listed('int_changes__touches') }}

),

campaigns as (

    select * from {{ ref('int_touchpoints__campaigns_unioned') }}

),

utm_campaigns as (

    select * from {{ ref('int_touchpoints__utm_campaigns') }}

),

final as (

    select
        {{ record_key(
            'touches.source_system', 'touch',
            "touches.source_object || ':' || touches.touch_type || ':' || touches.source_record_id"
        ) }} as touch_key,
        touches.source_system,
        touches.source_object,
        touches.source_record_id,
        touches.lead_key,
        touches.account_key,
        touches.opportunity_key,
        touches.occurred_at,
        touches.time_precision,
        touches.touch_type,
        touches.touch_class,
        touches.is_response,
        coalesce(touches.channel, campaigns.channel) as channel,
        coalesce(touches.source, campaigns.source) as source,
        coalesce(touches.medium, campaigns.medium) as medium,
        touches.click_network,
        touches.referrer,
        -- the type of a CRM campaign says how people were met; a link says it itself
        case when touches.source_object != 'sessions' then campaigns.campaign_type end
            as campaign_type,
        touches.campaign_id,
        coalesce(
            campaigns.campaign_key,
            utm_campaigns.campaign_key,
            touches.source_system || ':' || touches.campaign_id
        ) as campaign_key,
        coalesce(
            campaigns.campaign_method,
            utm_campaigns.campaign_method,
            case when touches.campaign_id is not null then 'unmapped' end
        ) as campaign_method,
        touches.content,
        touches.is_inferred
    from touches
    left join campaigns
        on
            touches.source_system = campaigns.source_system
            and touches.campaign_id = campaigns.campaign_id
    left join utm_campaigns on touches.utm_campaign = utm_campaigns.utm_campaign

)

select * from final
