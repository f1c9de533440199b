{{ config(enabled=uses('generic'), materialized='table') }}

{# Read whole: a currency in small letters is another key of the contract and the same row here.
   'from' and 'to' change places where the source states units of from_currency per to_currency. #}
{% set is_inverted = source_contract('generic', 'fx_rates').invert if execute else false %}

with

source as (

    select * from {{ latest_rows('generic', 'fx_rates') }} as latest

),

renamed as (

    select
        source_system,
        date as date_day,
        upper({{ 'to_currency' if is_inverted else 'from_currency' }}) as from_currency,
        upper({{ 'from_currency' if is_inverted else 'to_currency' }}) as to_currency,
        rate,
        source_file,
        source_line,
        clock_at
    from source

)

select * from renamed
