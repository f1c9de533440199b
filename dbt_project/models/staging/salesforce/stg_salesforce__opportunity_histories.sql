{{ config(enabled=uses('salesforce')) }}

with

source as (

    select *
    from {{ latest_rows('salesforce', 'opportunity_history', with_content=true) }} as latest

),

renamed as (

    select
        source_system,
        id || coalesce('@' || cast(_fivetran_start as {{ dbt.type_string() }}), '')
            as source_record_id,
        coalesce(opportunity_id, case when _fivetran_start is not null then id end)
            as opportunity_id,
        stage_name as stage,
        amount as opportunity_amount,
        is_closed,
        is_won,
        close_date,
        created_date as occurred_at,
        _fivetran_start as version_started_at,
        -- a version tells of a deleted opportunity, it is not deleted itself
        is_source_deleted and _fivetran_start is null as is_source_deleted,
        content_key,
        source_file,
        source_line,
        clock_at
    from source

)

select * from renamed
