{{ config(enabled=uses('salesforce')) }}

with

source as (

    select * from {{ latest_rows('salesforce', 'campaign') }} as latest

),

renamed as (

    select
        source_system,
        id as source_record_id,
        {{ is_deleted_at_source() }} as is_source_deleted,
        name as campaign_name,
        type as campaign_type,
        start_date,
        end_date,
        actual_cost as actual_cost_amount,
        currency_iso_code as currency_code,
        source_file,
        source_line,
        clock_at
    from source

)

select * from renamed
