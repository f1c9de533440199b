{{ config(enabled=uses('salesforce')) }}

with

source as (

    select * from {{ latest_rows('salesforce', 'contact', with_content=true) }} as latest

),

renamed as (

    select
        source_system,
        id as source_record_id,
        is_source_deleted,
        master_record_id,
        account_id,
        coalesce(
            name, nullif(trim(coalesce(first_name, '') || ' ' || coalesce(last_name, '')), '')
        ) as full_name,
        email,
        mailing_country as country,
        lead_source as source,
        owner_id,
        created_date as created_at,
        content_key,
        source_file,
        source_line,
        clock_at
    from source

)

select * from renamed
