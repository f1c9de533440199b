{{ config(**tracked('touch_key', {
    'touch': 'touch_key',
    'touched_lead': 'lead_key',
    'touched_opportunity': 'opportunity_key',
    'touched_account': 'account_key',
})) }}

-- Each touch with channel and rules; what is the same touch seen twice is marked, not dropped.
with

ranked as (

    select * from {{ ref('int_touchpoints__touches_ruled') }}

),

twins as (

    select * from {{ ref('int_touchpoints__touch_twins') }}

),

final as (

    select
        ranked.touch_key,
        ranked.source_system,
        ranked.source_object,
        ranked.source_record_id,
        ranked.lead_key,
        ranked.account_key,
        ranked.opportunity_key,
        ranked.occurred_at,
        ranked.time_precision,
        ranked.touch_type,
        ranked.touch_priority,
        ranked.ruled_touch_class as touch_class,
        ranked.is_response,
        ranked.touch_channel as channel,
        ranked.campaign_key,
        ranked.campaign_method,
        ranked.content,
        ranked.is_inferred,
        ranked.is_type_unmapped,
        ranked.can_be_middle,
        ranked.is_source_redundant,
        case
            when ranked.lead_key is null or ranked.campaign_key is null then false
            when ranked.source_object = 'campaign_member' and ranked.membership_number > 1 then true
            else twins.touch_key is not null
        end as is_duplicate,
        ranked.is_rule_attributable
    from ranked
    left join twins on ranked.touch_key = twins.touch_key

)

select
    *,
    is_rule_attributable and not is_duplicate and not is_source_redundant as is_attributable
from final
