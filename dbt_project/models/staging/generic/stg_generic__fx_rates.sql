{{ config(enabled=uses('generic')) }}

with

source as (

    select * from {{ latest_rows('generic', 'fx_rates') }} as latest

),

renamed as (

    select
        source_system,
        date as date_day,
        upper(from_currency) as from_currency,
        upper(to_currency) as to_currency,
        rate,
        source_file,
        source_line,
        clock_at
    from source

)

select * from renamed
