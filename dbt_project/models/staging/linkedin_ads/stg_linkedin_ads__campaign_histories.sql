{{ config(
    enabled=uses('linkedin_ads'),
    unique_key=['source_system', 'source_record_id', 'updated_at'],
) }}

with

source as (

    select * from {{ latest_rows('linkedin_ads', 'campaign_history') }} as latest

),

renamed as (

    select
        source_system,
        id as source_record_id,
        last_modified_time as updated_at,
        name as campaign_name,
        account_id as ad_account_id,
        campaign_group_id,
        type as campaign_type,
        cast(run_schedule_start as date) as start_date,
        cast(run_schedule_end as date) as end_date,
        source_file,
        source_line,
        clock_at
    from source

)

select * from renamed
