{{ config(enabled=uses('salesforce')) }}

with

source as (

    select * from {{ latest_rows('salesforce', 'currency_type') }} as latest

),

renamed as (

    select
        source_system,
        id as source_record_id,
        is_source_deleted,
        upper(iso_code) as currency_code,
        conversion_rate as units_per_corporate_unit,
        coalesce(is_corporate, false) as is_corporate,
        source_file,
        source_line,
        clock_at
    from source

)

select * from renamed
