{{ config(enabled=uses('hubspot')) }}

with

source as (

    select * from {{ latest_rows('hubspot', 'contact_merge_audit') }} as latest

),

renamed as (

    select
        source_system,
        vid_to_merge || ':' || canonical_vid as source_record_id,
        vid_to_merge as merged_contact_id,
        canonical_vid as surviving_contact_id,
        contact_id as present_contact_id,
        source_file,
        source_line,
        clock_at
    from source

)

select * from renamed
