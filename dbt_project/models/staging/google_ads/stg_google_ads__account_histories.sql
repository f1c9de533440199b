{{ config(
    enabled=uses('google_ads'),
    unique_key=['source_system', 'source_record_id', 'updated_at'],
) }}

with

source as (

    select * from {{ latest_rows('google_ads', 'account_history') }} as latest

),

renamed as (

    select
        source_system,
        id as source_record_id,
        updated_at,
        currency_code,
        source_file,
        source_line,
        clock_at
    from source

)

select * from renamed
