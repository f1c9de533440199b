-- Touches of every system in the inner contract, before channels and duplicates. Only web sessions know that a
-- referrer was empty; everywhere else it is '(not given)', so that nothing but a visit can be direct.
with

lead_records as (

    select * from {{ ref('int_identity__lead_records') }}

),

{% if uses('web') %}
people as (

    select
        email_normalized,
        min(lead_key) as lead_key
    from lead_records
    where email_normalized is not null
    group by email_normalized
    having count(distinct lead_key) = 1

),

sessions as (

    select
        sessions.*,
        coalesce(people.lead_key, visitors.lead_key) as lead_key,
        case
            when sessions.gclid is not null then 'google'
            when sessions.msclkid is not null then 'microsoft'
            when sessions.li_fat_id is not null then 'linkedin'
            when sessions.fbclid is not null then 'facebook'
        end as click_network
    from {{ ref('stg_web__sessions') }} as sessions
    left join people on lower(trim(sessions.email)) = people.email_normalized
    left join {{ ref('int_touchpoints__web_visitors') }} as visitors
        on
            sessions.source_system = visitors.source_system
            and sessions.visitor_id = visitors.visitor_id

),
{% endif %}

touches as (

    {% if uses('salesforce') %}
    -- a membership is a touch only when the person answered; the others are reach
    select
        members.source_system,
        'campaign_member' as source_object,
        members.source_record_id,
        lead_records.lead_key,
        cast(null as bigint) as account_key,
        cast(null as bigint) as opportunity_key,
        coalesce({{ start_of_day_utc('members.first_responded_date') }}, members.created_at) as occurred_at,
        case when members.first_responded_date is null then 'second' else 'day' end as time_precision,
        case when members.has_responded then 'campaign_response' else 'campaign_membership' end as touch_type,
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
    from {{ ref('stg_salesforce__campaign_members') }} as members
    left join lead_records
        on
            coalesce(
                {{ record_key('members.source_system', 'contact', 'members.contact_id') }},
                {{ record_key('members.source_system', 'lead', 'members.lead_id') }}
            ) = lead_records.record_key
    where not members.is_source_deleted

    union all
    {% endif %}

    {% if uses('web') %}
    {% for touch in [
        {'object': 'sessions', 'occurred_at': 'started_at', 'type': "'visit'"},
        {'object': 'session_forms', 'occurred_at': 'form_submitted_at',
         'type': "case when form_name like '%demo%' then 'demo' else 'form' end"},
    ] %}
    select
        source_system,
        '{{ touch.object }}' as source_object,
        source_record_id,
        lead_key,
        cast(null as bigint) as account_key,
        cast(null as bigint) as opportunity_key,
        {{ touch.occurred_at }} as occurred_at,
        'second' as time_precision,
        {{ touch.type }} as touch_type,
        cast(null as {{ dbt.type_string() }}) as touch_class,
        true as is_response,
        cast(null as {{ dbt.type_string() }}) as channel,
        source,
        medium,
        click_network,
        {{ url_domain('referrer') }} as referrer,
        cast(null as {{ dbt.type_string() }}) as campaign_id,
        utm_campaign,
        coalesce(content, landing_page_url) as content,
        false as is_inferred
    from sessions
    where {{ touch.occurred_at }} is not null

    union all
    {% endfor %}
    {% endif %}

    {% if uses('generic') %}
    select
        touches.source_system,
        'touches' as source_object,
        touches.source_record_id,
        lead_records.lead_key,
        {{ record_key('touches.source_system', 'account', 'touches.account_id') }} as account_key,
        cast(null as bigint) as opportunity_key,
        touches.occurred_at,
        'second' as time_precision,
        coalesce(lower(touches.touch_type), 'visit') as touch_type,
        lower(touches.touch_class) as touch_class,
        true as is_response,
        touches.channel,
        touches.source,
        touches.medium,
        cast(null as {{ dbt.type_string() }}) as click_network,
        '(not given)' as referrer,
        touches.campaign_id,
        cast(null as {{ dbt.type_string() }}) as utm_campaign,
        coalesce(touches.content, touches.url) as content,
        false as is_inferred
    from {{ ref('stg_generic__touches') }} as touches
    left join lead_records
        on {{ record_key('touches.source_system', 'lead', 'touches.lead_id') }} = lead_records.record_key

    union all
    {% endif %}

    -- the campaign that the CRM calls the source of an opportunity
    select
        opportunities.source_system,
        'opportunity' as source_object,
        opportunities.source_record_id,
        primary_members.lead_key,
        cast(null as bigint) as account_key,
        opportunities.opportunity_key,
        opportunities.created_at as occurred_at,
        'second' as time_precision,
        'record_source' as touch_type,
        cast(null as {{ dbt.type_string() }}) as touch_class,
        true as is_response,
        cast(null as {{ dbt.type_string() }}) as channel,
        opportunities.source,
        cast(null as {{ dbt.type_string() }}) as medium,
        cast(null as {{ dbt.type_string() }}) as click_network,
        '(not given)' as referrer,
        opportunities.campaign_id,
        cast(null as {{ dbt.type_string() }}) as utm_campaign,
        cast(null as {{ dbt.type_string() }}) as content,
        true as is_inferred
    from {{ ref('int_revenue__opportunities_unioned') }} as opportunities
    left join (
        select
            opportunity_key,
            min(lead_key) as lead_key
        from {{ ref('int_revenue__buying_groups') }}
        where is_primary
        group by opportunity_key
    ) as primary_members
        on opportunities.opportunity_key = primary_members.opportunity_key
    where
        opportunities.campaign_id is not null
        and not opportunities.is_source_deleted
        and {{ var('record_source_touches') }}

    union all

    -- a lead's own source; dropped below where a touch stands at or before the lead's creation
    select
        source_system,
        source_object,
        source_record_id,
        lead_key,
        cast(null as bigint) as account_key,
        cast(null as bigint) as opportunity_key,
        created_at as occurred_at,
        'second' as time_precision,
        'record_source' as touch_type,
        cast(null as {{ dbt.type_string() }}) as touch_class,
        true as is_response,
        cast(null as {{ dbt.type_string() }}) as channel,
        first_source as source,
        cast(null as {{ dbt.type_string() }}) as medium,
        cast(null as {{ dbt.type_string() }}) as click_network,
        '(not given)' as referrer,
        cast(null as {{ dbt.type_string() }}) as campaign_id,
        cast(null as {{ dbt.type_string() }}) as utm_campaign,
        cast(null as {{ dbt.type_string() }}) as content,
        true as is_inferred
    from {{ ref('int_identity__leads') }}
    where first_source is not null and created_at is not null and {{ var('record_source_touches') }}

)

select * from touches
