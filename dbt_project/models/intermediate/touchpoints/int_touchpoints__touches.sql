{{ config(**tracked(
    'touch_key',
    {
        'touch': 'touch_key',
        'touched_lead': 'lead_key',
        'touched_opportunity': 'opportunity_key',
        'touched_account': 'account_key',
    },
    scope=judged_again(),
)) }}

-- Each touch with channel and rules; what is the same touch seen twice is marked, not dropped.
with

described as (

    select * from {{ ref('int_touchpoints__touches_described') }}
    where {{ judged_again() if is_incremental_build() else 'true' }}

),

channels as (

    select * from {{ ref('int_touchpoints__channels') }}

),

rules as (

    select * from {{ ref('touch_rules') }}

),

leads as (

    select
        lead_key,
        created_at
    from {{ ref('int_identity__leads') }}

),

twins as (

    select * from {{ ref('int_touchpoints__touch_twins') }}

),

first_touches as (

    select
        described.lead_key,
        min(described.occurred_at) as first_touched_at
    from described
    inner join rules on described.touch_type = rules.touch_type
    where rules.is_attributable and described.is_response and not described.is_inferred
    group by described.lead_key

),

-- one membership of one person in one campaign, on whatever records the CRM keeps it
ordered_memberships as (

    select
        touch_key,
        row_number() over (
            partition by lead_key, source_system, campaign_id, touch_type
            order by occurred_at, source_record_id
        ) as membership_number
    from described
    where source_object = 'campaign_member' and lead_key is not null

),

repeated_memberships as (

    select touch_key from ordered_memberships
    where membership_number > 1

),

final as (

    select
        described.touch_key,
        described.source_system,
        described.source_object,
        described.source_record_id,
        described.lead_key,
        described.account_key,
        described.opportunity_key,
        described.occurred_at,
        described.time_precision,
        described.touch_type,
        coalesce(rules.priority, 700) as touch_priority,
        case
            when described.touch_class in ('interest', 'commitment') then described.touch_class
            else coalesce(rules.touch_class, 'interest')
        end as touch_class,
        described.is_response,
        coalesce(described.channel, channels.channel) as channel,
        described.campaign_key,
        described.campaign_method,
        described.content,
        described.is_inferred,
        rules.touch_type is null as is_type_unmapped,
        coalesce(rules.can_be_middle, false) as can_be_middle,
        -- the record's own source stands in only where nothing was seen at or before its creation
        described.source_object in ('lead', 'contact', 'leads')
        and described.touch_type = 'record_source'
        and coalesce(first_touches.first_touched_at <= leads.created_at, false)
            as is_source_redundant,
        described.lead_key is not null
        and described.campaign_key is not null
        and (repeated_memberships.touch_key is not null or twins.touch_key is not null)
            as is_duplicate,
        coalesce(rules.is_attributable, false) and described.is_response as is_rule_attributable
    from described
    left join channels
        on
            {%- for column in ['medium', 'source', 'referrer', 'campaign_type'] %}
            lower(described.{{ column }}) is not distinct from channels.{{ column }} and
            {%- endfor %}
            described.click_network is not distinct from channels.click_network
            and described.touch_type = channels.touch_type
    left join rules on described.touch_type = rules.touch_type
    left join leads on described.lead_key = leads.lead_key
    left join first_touches on described.lead_key = first_touches.lead_key
    left join repeated_memberships on described.touch_key = repeated_memberships.touch_key
    left join twins on described.touch_key = twins.touch_key

)

select
    *,
    is_rule_attributable and not is_duplicate and not is_source_redundant as is_attributable
from final
