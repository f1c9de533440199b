{{ config(enabled=uses('hubspot')) }}

with

source as (

    select * from {{ latest_rows('hubspot', 'deal_stage', with_content=true) }} as latest

),

renamed as (

    select
        source_system,
        deal_id || ':' || cast(date_entered as {{ dbt.type_string() }}) || ':' || value
            as source_record_id,
        deal_id,
        value as stage_id,
        date_entered as occurred_at,
        content_key,
        source_file,
        source_line,
        clock_at
    from source

)

select * from renamed
