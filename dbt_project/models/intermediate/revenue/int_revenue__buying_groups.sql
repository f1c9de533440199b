{{ config(**tracked(['opportunity_key', 'lead_key'], {'lead': 'lead_key'})) }}

-- Who takes part in an opportunity: its contact roles and the leads that were converted into it.
with

lead_records as (

    select * from {{ ref('int_identity__lead_records') }}

),

opportunities as (

    select * from {{ ref('int_revenue__opportunities_unioned') }}

),

members as (

    select
        converted_opportunity_key as opportunity_key,
        record_key,
        false as is_primary
    from lead_records
    where converted_opportunity_key is not null

    {% if uses('salesforce') %}
    union all

    select
        {{ record_key('source_system', 'opportunity', 'opportunity_id') }} as opportunity_key,
        {{ record_key('source_system', 'contact', 'contact_id') }} as record_key,
        is_primary
    from {{ ref('stg_salesforce__opportunity_contact_roles') }}
    where not is_source_deleted
    {% endif %}

    {% if uses('hubspot') %}
    union all

    -- HubSpot knows no primary contact of a deal
    select
        {{ record_key('source_system', 'opportunity', 'deal_id') }} as opportunity_key,
        {{ record_key('source_system', 'contact', 'contact_id') }} as record_key,
        false as is_primary
    from {{ ref('stg_hubspot__deal_contacts') }}
    where not is_source_deleted
    {% endif %}

    {% if uses('generic') %}
    union all

    select
        {{ record_key('source_system', 'opportunity', 'opportunity_id') }} as opportunity_key,
        {{ record_key('source_system', 'lead', 'lead_id') }} as record_key,
        is_primary
    from {{ ref('stg_generic__opportunity_leads') }}
    where not is_source_deleted
    {% endif %}

),

final as (

    select
        opportunities.opportunity_key,
        lead_records.lead_key,
        max(case when members.is_primary then 1 else 0 end) = 1 as is_primary
    from members
    inner join lead_records on members.record_key = lead_records.record_key
    inner join opportunities on members.opportunity_key = opportunities.opportunity_key
    group by opportunities.opportunity_key, lead_records.lead_key

)

select * from final
