{{ config(enabled=uses('salesforce')) }}

with

source as (

    select * from {{ latest_rows('salesforce', 'opportunity', with_content=true) }} as latest

),

renamed as (

    select
        source_system,
        id as source_record_id,
        is_source_deleted,
        account_id,
        name as opportunity_name,
        stage_name as stage,
        amount as opportunity_amount,
        list_amount__c as list_amount,
        currency_iso_code as currency_code,
        -- Salesforce keeps percent; outside 0-100 is no probability
        case when probability between 0 and 100 then probability / 100 end as probability,
        probability as probability_original,
        close_date,
        type as opportunity_type,
        lead_source as source,
        is_closed,
        is_won,
        campaign_id,
        owner_id,
        loss_reason__c as lost_reason,
        created_date as created_at,
        content_key,
        source_file,
        source_line,
        clock_at
    from source

)

select * from renamed
