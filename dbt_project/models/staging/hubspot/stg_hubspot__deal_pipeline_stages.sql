{{ config(enabled=uses('hubspot')) }}

with

source as (

    select * from {{ latest_rows('hubspot', 'deal_pipeline_stage') }} as latest

),

renamed as (

    select
        source_system,
        stage_id as source_record_id,
        pipeline_id,
        label as stage_name,
        -- 0 to 1; an open stage may have 0, so that alone closes nothing
        probability,
        is_closed,
        closed_won as is_closed_won,
        source_file,
        source_line,
        clock_at
    from source

)

select * from renamed
