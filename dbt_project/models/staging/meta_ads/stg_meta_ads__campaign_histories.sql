{{ config(
    enabled=uses('meta_ads'),
    unique_key=['source_system', 'source_record_id', 'updated_at'],
) }}

with

source as (

    select * from {{ latest_rows('meta_ads', 'campaign_history') }} as latest

),

renamed as (

    select
        source_system,
        id as source_record_id,
        updated_time as updated_at,
        name as campaign_name,
        cast(null as {{ dbt.type_string() }}) as campaign_type,
        cast(start_time as date) as start_date,
        cast(stop_time as date) as end_date,
        source_file,
        source_line,
        clock_at
    from source

)

select * from renamed
