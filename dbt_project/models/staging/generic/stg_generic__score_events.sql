{{ config(
    enabled=uses('generic'),
    unique_key=['source_system', 'lead_id', 'occurred_at'],
    meta={'tracks': {'record': ['lead', 'lead_id']}},
) }}

with

source as (

    select * from {{ latest_rows('generic', 'score_events') }} as latest

),

renamed as (

    select
        source_system,
        lead_id,
        score,
        occurred_at,
        coalesce(is_probability, false) as is_probability,
        source_file,
        source_line,
        clock_at
    from source

)

select * from renamed
