{{ config(enabled=uses('salesforce')) }}

with

source as (

    select * from {{ latest_rows('salesforce', 'opportunity_history') }} as latest

),

renamed as (

    select
        source_system,
        id as source_record_id,
        opportunity_id,
        stage_name as stage,
        amount as opportunity_amount,
        created_date as occurred_at,
        is_source_deleted,
        source_file,
        source_line,
        clock_at
    from source

)

select * from renamed
