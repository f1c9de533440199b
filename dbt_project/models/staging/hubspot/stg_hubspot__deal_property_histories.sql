{{ config(enabled=uses('hubspot')) }}

with

source as (

    select * from {{ latest_rows('hubspot', 'deal_property_history', with_content=true) }} as latest

),

renamed as (

    select
        source_system,
        deal_id || ':' || name || ':' || cast(timestamp as {{ dbt.type_string() }})
            as source_record_id,
        deal_id,
        lower(name) as property_name,
        value,
        timestamp as occurred_at,
        content_key,
        source_file,
        source_line,
        clock_at
    from source

)

select * from renamed
