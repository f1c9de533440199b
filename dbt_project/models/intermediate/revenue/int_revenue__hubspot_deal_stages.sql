{{ config(enabled=uses('hubspot')) }}

-- What HubSpot says its deal stages mean. A stage that is closed without being won is lost.
with

described as (

    select
        *,
        coalesce(is_closed_won, is_closed and probability = 1) as is_won
    from {{ ref('stg_hubspot__deal_pipeline_stages') }}

),

final as (

    select
        source_system,
        source_record_id as stage_id,
        pipeline_id,
        stage_name,
        probability,
        is_won,
        is_closed or is_won as is_closed,
        case
            when is_won then 'customer'
            when is_closed then 'lost'
            when not is_closed then 'opportunity'
        end as stage
    from described

)

select * from final
