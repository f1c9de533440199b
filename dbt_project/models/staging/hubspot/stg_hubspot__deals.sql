{{ config(enabled=uses('hubspot')) }}

with

source as (

    select * from {{ latest_rows('hubspot', 'deal', with_content=true) }} as latest

),

renamed as (

    select
        source_system,
        deal_id as source_record_id,
        coalesce(is_deleted, false) as is_source_deleted,
        property_hs_primary_associated_company as company_id,
        property_dealname as opportunity_name,
        deal_pipeline_id as pipeline_id,
        deal_pipeline_stage_id as stage_id,
        property_dealtype as opportunity_type,
        property_amount as opportunity_amount,
        property_list_amount as list_amount,
        property_deal_currency_code as currency_code,
        property_hs_deal_stage_probability as probability,
        property_hs_is_closed as is_closed,
        property_hs_is_closed_won as is_won,
        property_closedate as close_at,
        property_hs_analytics_source as source,
        property_closed_lost_reason as lost_reason,
        owner_id,
        property_createdate as created_at,
        content_key,
        source_file,
        source_line,
        clock_at
    from source

)

select * from renamed
