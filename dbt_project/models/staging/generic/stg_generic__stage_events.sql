{{ config(enabled=uses('generic'), meta={'tracks': {'record': ['lead', 'object_id']}}) }}

with

source as (

    select * from {{ latest_rows('generic', 'stage_events', with_content=true) }} as latest

),

renamed as (

    select
        source_system,
        event_id as source_record_id,
        lower(object_type) as object_type,
        object_id,
        stage,
        old_stage,
        amount as opportunity_amount,
        occurred_at,
        is_source_deleted,
        content_key,
        source_file,
        source_line,
        clock_at
    from source

)

select * from renamed
