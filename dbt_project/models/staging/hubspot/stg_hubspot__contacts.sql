{{ config(enabled=uses('hubspot'), meta={'tracks': {'record': ['contact', 'source_record_id']}}) }}

with

source as (

    select * from {{ latest_rows('hubspot', 'contact', with_content=true) }} as latest

),

renamed as (

    select
        source_system,
        id as source_record_id,
        coalesce(_fivetran_deleted, false) as is_source_deleted,
        nullif(
            trim(coalesce(property_firstname, '') || ' ' || coalesce(property_lastname, '')), ''
        ) as full_name,
        property_email as email,
        property_company as company_name,
        property_country as country,
        property_lifecyclestage as lifecycle_stage,
        property_hs_lead_status as lead_status,
        property_disqualification_reason as status_reason,
        property_how_did_you_hear_about_us as self_reported_source,
        property_hs_lifecyclestage_subscriber_date as subscriber_at,
        property_hs_lifecyclestage_lead_date as lead_at,
        property_hs_lifecyclestage_marketingqualifiedlead_date as marketingqualifiedlead_at,
        property_hs_lifecyclestage_salesqualifiedlead_date as salesqualifiedlead_at,
        property_hs_lifecyclestage_opportunity_date as opportunity_at,
        property_hs_lifecyclestage_customer_date as customer_at,
        property_hs_lifecyclestage_evangelist_date as evangelist_at,
        property_hs_lifecyclestage_other_date as other_at,
        property_hs_analytics_source as source,
        property_hubspot_owner_id as owner_id,
        property_associatedcompanyid as company_id,
        property_hs_merged_object_ids as merged_contact_ids,
        property_hs_calculated_merged_vids as merged_vids,
        property_salesforceleadid as salesforce_lead_id,
        property_salesforcecontactid as salesforce_contact_id,
        property_createdate as created_at,
        content_key,
        source_file,
        source_line,
        clock_at
    from source

)

select * from renamed
