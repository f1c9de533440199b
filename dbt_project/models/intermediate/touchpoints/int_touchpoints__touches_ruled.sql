-- Each touch with its channel, its rules, and its place among the memberships of one campaign.
with

described as (

    select * from {{ ref('int_touchpoints__touches_described') }}

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

first_touches as (

    select
        described.lead_key,
        min(described.occurred_at) as first_touched_at
    from described
    inner join rules on described.touch_type = rules.touch_type
    where rules.is_attributable and described.is_response and not described.is_inferred
    group by described.lead_key

),

ruled as (

    select
        described.*,
        coalesce(described.channel, channels.channel) as touch_channel,
        coalesce(rules.priority, 700) as touch_priority,
        coalesce(rules.is_attributable, false) and described.is_response as is_rule_attributable,
        coalesce(rules.can_be_middle, false) as can_be_middle,
        case
            when described.touch_class in ('interest', 'commitment') then described.touch_class
            else coalesce(rules.touch_class, 'interest')
        end as ruled_touch_class,
        rules.touch_type is null as is_type_unmapped,
        -- the record's own source stands in only where nothing was seen at or before its creation
        described.source_object in ('lead', 'contact', 'leads')
        and described.touch_type = 'record_source'
        and coalesce(first_touches.first_touched_at <= leads.created_at, false)
            as is_source_redundant
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

),

-- one membership of one person in one campaign, on whatever records the CRM keeps it
ranked as (

    select
        *,
        {{ source_priority('source_system') }} as system_priority,
        row_number() over (
            partition by lead_key, source_system, campaign_id, touch_type, source_object
            order by occurred_at, source_record_id
        ) as membership_number
    from ruled

)

select * from ranked
