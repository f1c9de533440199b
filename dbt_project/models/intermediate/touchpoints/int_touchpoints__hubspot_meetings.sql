{{ config(enabled=uses('hubspot'), **tracked(
    ['source_system', 'source_object', 'source_record_id'],
    names=[['source_system', 'source_object', 'source_record_id']]
)) }}

-- Meetings that were held, once per person; where nobody is named, once per deal. A meeting without
-- an outcome may not have taken place: it is an activity and no touch.
with

meetings as (

    select
        meetings.source_system,
        meetings.source_record_id,
        meetings.subject,
        coalesce(meetings.occurred_at, engagements.occurred_at) as occurred_at
    from {{ ref('stg_hubspot__engagement_meetings') }} as meetings
    left join {{ ref('stg_hubspot__engagements') }} as engagements
        on
            meetings.source_system = engagements.source_system
            and meetings.source_record_id = engagements.source_record_id
    where
        meetings.meeting_outcome = 'completed'
        and not meetings.is_source_deleted
        and not coalesce(engagements.is_source_deleted, false)

),

contacts as (

    select * from {{ ref('stg_hubspot__engagement_contacts') }}
    where not is_source_deleted

),

deals as (

    select * from {{ ref('stg_hubspot__engagement_deals') }}
    where not is_source_deleted

),

attended as (

    select
        meetings.source_system,
        'engagement_contact' as source_object,
        contacts.source_record_id,
        {{ record_key('contacts.source_system', 'contact', 'contacts.contact_id') }} as record_key,
        cast(null as bigint) as opportunity_key,
        meetings.occurred_at,
        meetings.subject
    from meetings
    inner join contacts
        on
            meetings.source_system = contacts.source_system
            and meetings.source_record_id = contacts.engagement_id

    union all

    select
        meetings.source_system,
        'engagement_deal' as source_object,
        deals.source_record_id,
        cast(null as bigint) as record_key,
        {{ record_key('deals.source_system', 'opportunity', 'deals.deal_id') }} as opportunity_key,
        meetings.occurred_at,
        meetings.subject
    from meetings
    inner join deals
        on
            meetings.source_system = deals.source_system
            and meetings.source_record_id = deals.engagement_id
    left join contacts
        on
            meetings.source_system = contacts.source_system
            and meetings.source_record_id = contacts.engagement_id
    where contacts.engagement_id is null

),

final as (

    select
        attended.source_system,
        attended.source_object,
        attended.source_record_id,
        lead_records.lead_key,
        attended.opportunity_key,
        attended.occurred_at,
        attended.subject as content
    from attended
    left join {{ ref('int_identity__lead_records') }} as lead_records
        on attended.record_key = lead_records.record_key
    where attended.occurred_at is not null

)

select * from final
