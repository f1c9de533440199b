-- Rows that name something that no extract has, so that they reach no mart.
with

lead_records as (

    select record_key from {{ ref('int_identity__lead_records') }}

),

opportunities as (

    select opportunity_key from {{ ref('int_revenue__opportunities_unioned') }}

),

{% if uses('salesforce') or uses('generic') -%}
named_opportunities as (

    {% if uses('salesforce') %}
    select
        source_system,
        'opportunity_contact_role' as source_object,
        source_record_id,
        opportunity_id,
        contact_id as person_id,
        {{ record_key('source_system', 'opportunity', 'opportunity_id') }} as opportunity_key,
        {{ record_key('source_system', 'contact', 'contact_id') }} as record_key
    from {{ ref('stg_salesforce__opportunity_contact_roles') }}
    where not is_source_deleted
    {% endif %}

    {% if uses('generic') %}
    {% if uses('salesforce') %}union all{% endif %}

    select
        source_system,
        'opportunity_leads' as source_object,
        opportunity_id as source_record_id,
        opportunity_id,
        lead_id as person_id,
        {{ record_key('source_system', 'opportunity', 'opportunity_id') }} as opportunity_key,
        {{ record_key('source_system', 'lead', 'lead_id') }} as record_key
    from {{ ref('stg_generic__opportunity_leads') }}
    {% endif %}

),
{%- endif %}

{% if uses('generic') -%}
stage_events as (

    select
        *,
        {{ record_key('source_system', 'lead', 'object_id') }} as record_key,
        {{ record_key('source_system', 'opportunity', 'object_id') }} as opportunity_key
    from {{ ref('stg_generic__stage_events') }}

),
{%- endif %}

found as (

    {% if uses('salesforce') or uses('generic') %}
    select
        'unknown_reference' as reason,
        'warning' as severity,
        true as is_excluded,
        named.source_system,
        named.source_object,
        named.source_record_id,
        'opportunity ' || named.opportunity_id || ' or person ' || named.person_id
        || ' is in no extract' as detail
    from named_opportunities as named
    left join opportunities on named.opportunity_key = opportunities.opportunity_key
    left join lead_records on named.record_key = lead_records.record_key
    where opportunities.opportunity_key is null or lead_records.record_key is null

    union all
    {% endif %}

    {% if uses('generic') %}
    select
        case
            when stage_events.object_type in ('lead', 'opportunity') then 'unknown_reference'
            else 'unknown_object_type'
        end as reason,
        'warning' as severity,
        true as is_excluded,
        stage_events.source_system,
        'stage_events' as source_object,
        stage_events.source_record_id,
        stage_events.object_type || ' ' || stage_events.object_id as detail
    from stage_events
    left join opportunities
        on
            stage_events.opportunity_key = opportunities.opportunity_key
            and stage_events.object_type = 'opportunity'
    left join lead_records
        on
            stage_events.record_key = lead_records.record_key
            and stage_events.object_type = 'lead'
    where opportunities.opportunity_key is null and lead_records.record_key is null

    union all
    {% endif %}

    select
        'cost_without_date' as reason,
        'error' as severity,
        true as is_excluded,
        source_system,
        'campaign' as source_object,
        campaign_id as source_record_id,
        'an actual cost and no start date' as detail
    from {{ ref('int_touchpoints__campaigns_unioned') }}
    where actual_cost_amount > 0 and start_date is null

)

select * from found
