{{ config(enabled=uses('generic')) }}

with

source as (

    select * from {{ latest_rows('generic', 'opportunities', with_content=true) }} as latest

),

renamed as (

    select
        source_system,
        opportunity_id as source_record_id,
        created_at,
        account_id,
        name as opportunity_name,
        pipeline,
        stage,
        opportunity_type,
        amount as opportunity_amount,
        list_amount,
        currency_code,
        case when probability between 0 and 1 then probability end as probability,
        probability as probability_original,
        expected_close_date,
        closed_at,
        is_closed,
        is_won,
        owner_id,
        source,
        campaign_id,
        lost_reason,
        is_source_deleted,
        content_key,
        source_file,
        source_line,
        clock_at
    from source

)

select * from renamed
