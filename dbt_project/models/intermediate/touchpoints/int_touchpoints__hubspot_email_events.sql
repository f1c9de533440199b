{{ config(enabled=uses('hubspot'), **built_by_record('int_changes__records')) }}

-- What happened to marketing emails, by whoever has the address. Only a click that HubSpot itself
-- counts is an answer: privacy proxies open mail, and bots are filtered events.
-- depends_on: {{ ref('int_changes__records') }}
with

email_events as (

    select * from {{ ref('stg_hubspot__email_events') }}
    where {{ is_listed('int_changes__records', object="'email_event'") }}

),

sends as (

    select * from {{ ref('stg_hubspot__email_sends') }}

),

clicks as (

    select * from {{ ref('stg_hubspot__email_clicks') }}

),

people as (

    select * from {{ ref('int_identity__email_owners') }}

),

typed as (

    select
        events.source_system,
        events.source_record_id,
        people.lead_key,
        events.occurred_at,
        -- an extract without types still says it by the table that has the event
        coalesce(
            events.event_type,
            case
                when clicks.source_record_id is not null then 'click'
                when opens.source_record_id is not null then 'open'
                when deliveries.source_record_id is not null then 'delivered'
                when sends.source_record_id is not null then 'sent'
            end
        ) as event_type,
        events.is_filtered,
        events.email_campaign_id as campaign_id,
        coalesce(clicks.url, sends.subject) as content
    from email_events as events
    left join clicks
        on
            events.source_system = clicks.source_system
            and events.source_record_id = clicks.source_record_id
    left join sends
        on
            events.source_system = sends.source_system
            and events.source_record_id = sends.source_record_id
    left join {{ ref('stg_hubspot__email_opens') }} as opens
        on
            events.source_system = opens.source_system
            and events.source_record_id = opens.source_record_id
    left join {{ ref('stg_hubspot__email_deliveries') }} as deliveries
        on
            events.source_system = deliveries.source_system
            and events.source_record_id = deliveries.source_record_id
    left join people on lower(trim(events.recipient_email)) = people.email_normalized

),

final as (

    select
        source_system,
        'email_event' as source_object,
        source_record_id,
        lead_key,
        occurred_at,
        case event_type
            when 'click' then 'email_click'
            when 'open' then 'email_open'
            when 'delivered' then 'email_delivery'
            when 'sent' then 'email_send'
        end as touch_type,
        event_type = 'click' and not is_filtered as is_response,
        campaign_id,
        content
    from typed
    where event_type in ('click', 'open', 'delivered', 'sent')

)

select * from final
