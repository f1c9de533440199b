with

opportunities as (

    select * from {{ ref('int_revenue__opportunities_valued') }}
    where not is_source_deleted

),

owners as (

    select * from {{ ref('int_identity__owners_unioned') }}

),

efforts as (

    select * from {{ ref('int_revenue__opportunity_efforts') }}

),

campaigns as (

    select * from {{ ref('int_touchpoints__campaigns_unioned') }}

),

final as (

    select
        cast({{ public_id('opportunities.opportunity_key') }} as {{ dbt.type_string() }})
            as opportunity_id,
        cast(opportunities.source_system as {{ dbt.type_string() }}) as source_system,
        cast(opportunities.source_record_id as {{ dbt.type_string() }}) as source_record_id,
        cast({{ public_id('opportunities.account_key') }} as {{ dbt.type_string() }}) as account_id,
        cast(opportunities.opportunity_name as {{ dbt.type_string() }}) as opportunity_name,
        cast(opportunities.opportunity_type as {{ dbt.type_string() }}) as opportunity_type,
        cast(opportunities.is_sales_pipeline as boolean) as is_sales_pipeline,
        cast(opportunities.created_at as timestamp) as created_at,
        cast(opportunities.closed_at as timestamp) as closed_at,
        cast(opportunities.expected_close_date as date) as expected_close_date,
        cast(opportunities.stage as {{ dbt.type_string() }}) as stage,
        cast(opportunities.is_closed as boolean) as is_closed,
        cast(opportunities.is_won as boolean) as is_won,
        cast(opportunities.opportunity_amount as decimal(18, 2)) as opportunity_amount,
        cast(opportunities.opportunity_amount_original as decimal(18, 2))
            as opportunity_amount_original,
        cast(opportunities.first_amount as decimal(18, 2)) as first_amount,
        cast(opportunities.list_amount as decimal(18, 2)) as list_amount,
        cast(
            case
                when not opportunities.is_closed
                    then round(opportunities.opportunity_amount * opportunities.probability, 2)
            end as decimal(18, 2)
        ) as expected_amount,
        cast(opportunities.currency_code as {{ dbt.type_string() }}) as currency_code,
        cast('{{ var('reporting_currency') }}' as {{ dbt.type_string() }})
            as reporting_currency_code,
        cast(opportunities.probability as double) as probability,
        cast(opportunities.lead_count as bigint) as lead_count,
        cast(coalesce(efforts.activity_count, 0) as bigint) as activity_count,
        cast(opportunities.lead_count > 0 as boolean) as has_buying_group,
        cast(coalesce(opportunities.closed_at < opportunities.created_at, false) as boolean)
            as has_time_anomaly,
        cast(owners.owner_name as {{ dbt.type_string() }}) as owner_name,
        cast(
            coalesce(
                campaigns.campaign_key,
                opportunities.source_system || ':' || opportunities.campaign_id
            ) as {{ dbt.type_string() }}
        ) as campaign_key,
        cast(opportunities.lost_reason as {{ dbt.type_string() }}) as lost_reason
    from opportunities
    left join owners on opportunities.owner_key = owners.owner_key
    left join efforts on opportunities.opportunity_key = efforts.opportunity_key
    left join campaigns
        on
            opportunities.source_system = campaigns.source_system
            and opportunities.campaign_id = campaigns.campaign_id

)

select * from final
