{{ config(enabled=uses('generic'), unique_key=['source_system', 'opportunity_id', 'lead_id']) }}

with

source as (

    select * from {{ latest_rows('generic', 'opportunity_leads') }} as latest

),

renamed as (

    select
        source_system,
        opportunity_id,
        lead_id,
        role,
        coalesce(is_primary, false) as is_primary,
        is_source_deleted,
        source_file,
        source_line,
        clock_at
    from source

)

select * from renamed
