with

source as (

    select * from {{ source('ledger', 'quarantine') }}

),

-- the text of the line stays in raw: it may hold personal data
renamed as (

    select
        source_file,
        source_system,
        source_object,
        source_line,
        reason,
        detail
    from source

)

select * from renamed
