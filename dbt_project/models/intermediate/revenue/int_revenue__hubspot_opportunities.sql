{{ config(enabled=uses('hubspot')) }}

-- Deals of HubSpot in the inner contract. Won and lost come from the metadata of the stage, then
-- from the deal's own flags. A deal that was merged away is deleted: its money is the survivor's.
with

deals as (

    select * from {{ ref('stg_hubspot__deals') }}

),

pipelines as (

    select * from {{ ref('stg_hubspot__deal_pipelines') }}

),

stages as (

    select * from {{ ref('int_revenue__hubspot_deal_stages') }}

),

merged as (

    select distinct
        source_system,
        merged_deal_id
    from {{ ref('stg_hubspot__merged_deals') }}
    where merged_deal_id != surviving_deal_id

),

-- many to many; where the deal does not name its primary company, the one with the smallest id
companies as (

    select
        source_system,
        deal_id,
        min(company_id) as company_id
    from {{ ref('stg_hubspot__deal_companies') }}
    where not is_source_deleted
    group by source_system, deal_id

),

joined as (

    select
        deals.*,
        coalesce(deals.company_id, companies.company_id) as account_id,
        coalesce(pipelines.pipeline_name, deals.pipeline_id) as pipeline,
        coalesce(stages.stage_name, deals.stage_id) as stage,
        coalesce(deals.probability, stages.probability) as stated_probability,
        coalesce(stages.is_closed, deals.is_closed) as is_closed_now,
        coalesce(stages.is_won, deals.is_won) as is_won_now,
        -- a close date without a time is a day
        deals.close_at = date_trunc('day', deals.close_at) as is_close_day,
        merged.merged_deal_id is not null as is_merged_away
    from deals
    left join pipelines
        on
            deals.source_system = pipelines.source_system
            and deals.pipeline_id = pipelines.source_record_id
    left join stages
        on deals.source_system = stages.source_system and deals.stage_id = stages.stage_id
    left join merged
        on
            deals.source_system = merged.source_system
            and deals.source_record_id = merged.merged_deal_id
    left join companies
        on
            deals.source_system = companies.source_system
            and deals.source_record_id = companies.deal_id

),

final as (

    select
        source_system,
        'deal' as source_object,
        source_record_id,
        {{ record_key('source_system', 'opportunity', 'source_record_id') }} as opportunity_key,
        {{ record_key('source_system', 'account', 'account_id') }} as account_key,
        opportunity_name,
        pipeline,
        stage,
        opportunity_type as source_opportunity_type,
        opportunity_amount,
        list_amount,
        currency_code,
        case when stated_probability between 0 and 1 then stated_probability end as probability,
        stated_probability as probability_original,
        cast(close_at as date) as expected_close_date,
        -- of an open deal it is a plan
        case when is_close_day then {{ end_of_day_utc('close_at') }} else close_at end
            as stated_closed_at,
        case when is_close_day then 'day' else 'second' end as stated_closed_precision,
        is_closed_now as is_closed,
        is_won_now as is_won,
        lower(replace(source, '_', ' ')) as source,
        cast(null as {{ dbt.type_string() }}) as campaign_id,
        lost_reason,
        {{ record_key('source_system', 'owner', 'owner_id') }} as owner_key,
        created_at,
        is_source_deleted or is_merged_away as is_source_deleted,
        source_file,
        source_line
    from joined

)

select * from final
