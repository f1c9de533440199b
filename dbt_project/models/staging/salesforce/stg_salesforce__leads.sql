{{ config(enabled=uses('salesforce')) }}

with

source as (

    select * from {{ latest_rows('salesforce', 'lead', with_content=true) }} as latest

),

renamed as (

    select
        source_system,
        id as source_record_id,
        is_source_deleted,
        master_record_id,
        coalesce(
            name, nullif(trim(coalesce(first_name, '') || ' ' || coalesce(last_name, '')), '')
        ) as full_name,
        company as company_name,
        email,
        country,
        lead_source as source,
        status,
        status_reason__c as status_reason,
        how_did_you_hear_about_us__c as self_reported_source,
        owner_id,
        coalesce(is_converted, false) as is_converted,
        converted_date,
        converted_account_id,
        converted_contact_id,
        converted_opportunity_id,
        created_date as created_at,
        content_key,
        {%- for field in stage_dates('salesforce', 'lead') %}
        {{ field.name }},
        {%- endfor %}
        source_file,
        source_line,
        clock_at
    from source

)

select * from renamed
