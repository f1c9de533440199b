{{ config(enabled=uses('hubspot')) }}

with

source as (

    select * from {{ latest_rows('hubspot', 'company') }} as latest

),

renamed as (

    select
        source_system,
        id as source_record_id,
        coalesce(is_deleted, false) as is_source_deleted,
        property_name as account_name,
        coalesce(property_website, property_domain) as website,
        property_industry as industry,
        property_numberofemployees as employee_count,
        property_country as country,
        property_hs_merged_object_ids as merged_company_ids,
        property_createdate as created_at,
        source_file,
        source_line,
        clock_at
    from source

)

select * from renamed
