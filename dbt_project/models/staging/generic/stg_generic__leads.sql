{{ config(enabled=uses('generic')) }}

with

source as (

    select * from {{ latest_rows('generic', 'leads', with_content=true) }} as latest

),

renamed as (

    select
        source_system,
        lead_id as source_record_id,
        created_at,
        email,
        nullif(trim(coalesce(first_name, '') || ' ' || coalesce(last_name, '')), '') as full_name,
        company as company_name,
        country,
        account_id,
        status,
        status_reason,
        self_reported_source,
        source,
        owner_id,
        converted_at,
        converted_opportunity_id,
        merged_into_lead_id,
        is_source_deleted,
        content_key,
        {%- for field in stage_dates('generic', 'leads') %}
        {{ field.name }},
        {%- endfor %}
        source_file,
        source_line,
        clock_at
    from source

)

select * from renamed
