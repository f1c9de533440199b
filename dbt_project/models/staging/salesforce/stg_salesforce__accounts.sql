{{ config(enabled=uses('salesforce')) }}

with

source as (

    select * from {{ latest_rows('salesforce', 'account') }} as latest

),

renamed as (

    select
        source_system,
        id as source_record_id,
        {{ is_deleted_at_source() }} as is_source_deleted,
        master_record_id,
        name as account_name,
        website,
        industry,
        number_of_employees as employee_count,
        billing_country as country,
        owner_id,
        created_date as created_at,
        source_file,
        source_line,
        clock_at
    from source

)

select * from renamed
