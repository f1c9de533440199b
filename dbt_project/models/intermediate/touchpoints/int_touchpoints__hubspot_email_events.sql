{{ config(enabled=uses('hubspot')) }}

-- What happened to marketing emails, by whoever has the address. Only a click that HubSpot itself
-- counts is an answer: privacy proxies open mail, and bots are filtered events.
with

sends as (

    select * from {{ ref('stg_hubspot__email_sends') }}

),

clicks as (

    select * from {{ ref('stg_hubspot__email_clicks') }}

),

-- an address that stands for several leads names none of them
people as (

    select
        email_normalized,
        min(lead_key) as lead_key
    from {{ ref('int_identity__lead_records') }}
    where email_normalized is not null
    group by email_normalized
    having count(distinct lead_key) = 1

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
    from {{ ref('stg_hubspot__email_events') }} as events
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
