{{ config(enabled=uses('salesforce')) }}

with

source as (

    select * from {{ latest_rows('salesforce', 'dated_conversion_rate') }} as latest

),

renamed as (

    select
        source_system,
        id as source_record_id,
        is_source_deleted,
        upper(iso_code) as currency_code,
        start_date,
        -- the last rate ends on 9999-12-31, which is no date to reckon with
        {{ try_cast_date('next_start_date') }} as next_start_date,
        conversion_rate as units_per_corporate_unit,
        source_file,
        source_line,
        clock_at
    from source

)

select * from renamed
