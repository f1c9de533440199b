{{ config(enabled=uses('hubspot')) }}

with

source as (

    select * from {{ latest_rows('hubspot', 'deal_pipeline') }} as latest

),

renamed as (

    select
        source_system,
        pipeline_id as source_record_id,
        label as pipeline_name,
        source_file,
        source_line,
        clock_at
    from source

)

select * from renamed
