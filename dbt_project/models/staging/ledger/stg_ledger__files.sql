with

source as (

    select * from {{ source('ledger', 'files') }}

),

renamed as (

    select
        source_file,
        source_system,
        source_object,
        sha256,
        size_bytes,
        extracted_at,
        record_count,
        loaded_count,
        rejected_count,
        state,
        reason
    from source

)

select * from renamed
