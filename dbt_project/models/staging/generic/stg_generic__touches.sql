{{ config(enabled=uses('generic')) }}

with

source as (

    select * from {{ latest_rows('generic', 'touches') }} as latest

),

renamed as (

    select
        source_system,
        touch_id as source_record_id,
        occurred_at,
        lead_id,
        account_id,
        channel,
        source,
        medium,
        campaign_id,
        content,
        touch_type,
        touch_class,
        url,
        is_source_deleted,
        source_file,
        source_line,
        clock_at
    from source

)

select * from renamed
