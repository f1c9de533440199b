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
        source_system,
        source_object,
        source_record_id,
        lead_key,
        account_key,
        opportunity_key,
        occurred_at,
        time_precision,
        touch_type,
        touch_priority,
        ruled_touch_class as touch_class,
        is_response,
        touch_channel as channel,
        campaign_key,
        campaign_method,
        content,
        is_inferred,
        is_type_unmapped,
        can_be_middle,
        is_source_redundant,
        case
            when lead_key is null or campaign_key is null then false
            when source_object = 'campaign_member' and membership_number > 1 then true
            else twins.touch_key is not null
        end as is_duplicate,
        is_rule_attributable
    from ranked
    left join twins on ranked.touch_key = twins.touch_key

)

select
    *,
    is_rule_attributable and not is_duplicate and not is_source_redundant as is_attributable
from final
