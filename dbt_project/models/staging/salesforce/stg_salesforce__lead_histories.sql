{{ config(enabled=uses('salesforce'), meta={'tracks': {'record': ['lead', 'lead_id']}}) }}

with

source as (

    select * from {{ latest_rows('salesforce', 'lead_history', with_content=true) }} as latest

),

renamed as (

    select
        source_system,
        id || coalesce('@' || cast(_fivetran_start as {{ dbt.type_string() }}), '')
            as source_record_id,
        coalesce(lead_id, case when _fivetran_start is not null then id end) as lead_id,
        field,
        old_value,
        new_value,
        status,
        created_date as occurred_at,
        _fivetran_start as version_started_at,
        -- a version tells of a deleted lead, it is not deleted itself
        is_source_deleted and _fivetran_start is null as is_source_deleted,
        content_key,
        source_file,
        source_line,
        clock_at
    from source

)

select * from renamed
