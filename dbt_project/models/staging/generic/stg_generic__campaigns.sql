{{ config(enabled=uses('generic')) }}

with

source as (

    select * from {{ latest_rows('generic', 'campaigns') }} as latest

),

renamed as (

    select
        source_system,
        campaign_id as source_record_id,
        name as campaign_name,
        channel,
        source,
        medium,
        start_date,
        end_date,
        actual_cost_amount,
        currency_code,
        source_file,
        source_line,
        clock_at
    from source

)

select * from renamed
