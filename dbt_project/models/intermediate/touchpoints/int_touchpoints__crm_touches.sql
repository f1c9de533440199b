{{ config(enabled=uses('salesforce'), **tracked(
    ['source_system', 'source_object', 'source_record_id'],
    names=[['source_system', 'source_object', 'source_record_id']]
)) }}

-- Memberships in the campaigns of the CRM. A membership is a touch only when the person answered;
-- the others are reach.
with

statuses as (

    select
        source_system,
        campaign_id,
        lower(status) as status,
        max(case when has_responded then 1 else 0 end) = 1 as has_responded
    from {{ ref('stg_salesforce__campaign_member_statuses') }}
    where not is_source_deleted
    group by source_system, campaign_id, lower(status)

),

members as (

    select
        members.source_system,
        members.source_record_id,
        members.campaign_id,
        members.lead_id,
        members.contact_id,
        members.first_responded_date,
        members.created_at,
        -- an extract may lack the member's flag; its status says the same
        coalesce(members.has_responded, statuses.has_responded, false) as has_responded
    from {{ ref('stg_salesforce__campaign_members') }} as members
    left join statuses
        on
            members.source_system = statuses.source_system
            and members.campaign_id = statuses.campaign_id
            and lower(members.status) = statuses.status
    where not members.is_source_deleted

),

lead_records as (

    select * from {{ ref('int_identity__lead_records') }}

),

final as (

    select
        members.source_system,
        'campaign_member' as source_object,
        members.source_record_id,
        coalesce(contacts.lead_key, leads.lead_key) as lead_key,
        cast(null as bigint) as account_key,
        cast(null as bigint) as opportunity_key,
        coalesce(
            {{ start_of_day_utc('members.first_responded_date') }}, members.created_at
        ) as occurred_at,
        case when members.first_responded_date is null then 'second' else 'day' end
            as time_precision,
        case when members.has_responded then 'campaign_response' else 'campaign_membership' end
            as touch_type,
        cast(null as {{ dbt.type_string() }}) as touch_class,
        members.has_responded as is_response,
        cast(null as {{ dbt.type_string() }}) as channel,
        cast(null as {{ dbt.type_string() }}) as source,
        cast(null as {{ dbt.type_string() }}) as medium,
        cast(null as {{ dbt.type_string() }}) as click_network,
        '(not given)' as referrer,
        members.campaign_id,
        cast(null as {{ dbt.type_string() }}) as utm_campaign,
        cast(null as {{ dbt.type_string() }}) as content,
        false as is_inferred
    from members
    -- the contact that a lead became may not be in the extracts
    left join lead_records as contacts
        on
            {{ record_key('members.source_system', 'contact', 'members.contact_id') }}
            = contacts.record_key
    left join lead_records as leads
        on
            {{ record_key('members.source_system', 'lead', 'members.lead_id') }}
            = leads.record_key

)

select * from final
