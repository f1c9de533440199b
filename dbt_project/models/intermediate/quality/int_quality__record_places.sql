-- File and line of the records that exceptions name.
with

wanted as (

    select distinct
        source_system,
        source_object,
        source_record_id
    from {{ ref('int_quality__suspicious_records') }}

),

places as (

    select * from {{ ref('int_quality__source_records') }}

),

final as (

    select
        places.source_system,
        places.source_object,
        places.source_record_id,
        places.source_file,
        places.source_line
    from places
    inner join wanted
        on
            places.source_system = wanted.source_system
            and places.source_record_id = wanted.source_record_id
            and places.source_object = wanted.source_object

)

select * from final
