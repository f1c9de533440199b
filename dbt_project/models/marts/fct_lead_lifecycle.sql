with

cycles as (

    select * from {{ ref('int_lifecycle__cycles') }}

),

leads as (

    select * from {{ ref('int_identity__leads') }}
    where is_live

),

owners as (

    select * from {{ ref('int_identity__owners_unioned') }}

),

sources as (

    select * from {{ ref('int_lifecycle__cycle_sources') }}

),

revenue as (

    select * from {{ ref('int_lifecycle__cycle_revenue') }}

),

ages as (

    select * from {{ ref('int_lifecycle__cycles_aged') }}

),

final as (

    select
        cast({{ public_id('cycles.lead_key') }} as {{ dbt.type_string() }}) as lead_id,
        cast(cycles.cycle_number as bigint) as cycle_number,
        cast({{ public_id('leads.account_key') }} as {{ dbt.type_string() }}) as account_id,
        cast(cycles.cycle_type as {{ dbt.type_string() }}) as cycle_type,
        cast(cycles.entered_inquiry_at as timestamp) as entered_inquiry_at,
        cast(cycles.entered_mql_at as timestamp) as entered_mql_at,
        cast(cycles.entered_sal_at as timestamp) as entered_sal_at,
        cast(cycles.entered_sql_at as timestamp) as entered_sql_at,
        cast(cycles.entered_opportunity_at as timestamp) as entered_opportunity_at,
        cast(cycles.entered_customer_at as timestamp) as entered_customer_at,
        cast(cycles.is_mql_inferred as boolean) as is_mql_inferred,
        cast(cycles.is_sal_inferred as boolean) as is_sal_inferred,
        cast(cycles.is_sql_inferred as boolean) as is_sql_inferred,
        cast(cycles.is_opportunity_inferred as boolean) as is_opportunity_inferred,
        cast(cycles.is_customer_inferred as boolean) as is_customer_inferred,
        cast(cycles.days_in_inquiry as double) as days_in_inquiry,
        cast(cycles.days_in_mql as double) as days_in_mql,
        cast(cycles.days_in_sal as double) as days_in_sal,
        cast(cycles.days_in_sql as double) as days_in_sql,
        cast(cycles.days_in_opportunity as double) as days_in_opportunity,
        cast(cycles.started_at as timestamp) as started_at,
        cast(cycles.ended_at as timestamp) as ended_at,
        cast(cycles.current_stage as {{ dbt.type_string() }}) as current_stage,
        cast(cycles.is_current_stage_inferred as boolean) as is_current_stage_inferred,
        cast(cycles.furthest_stage as {{ dbt.type_string() }}) as furthest_stage,
        cast(cycles.outcome as {{ dbt.type_string() }}) as outcome,
        cast(ages.exit_reason as {{ dbt.type_string() }}) as exit_reason,
        cast(cycles.is_open as boolean) as is_open,
        cast(cycles.has_time_anomaly as boolean) as has_time_anomaly,
        cast(owners.owner_name as {{ dbt.type_string() }}) as owner_name,
        cast(coalesce(sources.channel, '(unattributed)') as {{ dbt.type_string() }})
            as source_channel,
        cast(sources.campaign_key as {{ dbt.type_string() }}) as source_campaign_key,
        cast(sources.is_inferred as boolean) as is_source_inferred,
        cast(coalesce(revenue.opportunity_count, 0) as bigint) as opportunity_count,
        cast(
            case when revenue.lead_key is null then 0 else revenue.won_amount end as decimal(18, 2)
        ) as won_amount,
        cast('{{ var('reporting_currency') }}' as {{ dbt.type_string() }}) as currency_code,
        cast(ages.age_days as double) as age_days,
        cast(ages.days_in_current_stage as double) as days_in_current_stage,
        cast(ages.is_stalled as boolean) as is_stalled
    from cycles
    inner join leads on cycles.lead_key = leads.lead_key
    inner join ages
        on cycles.lead_key = ages.lead_key and cycles.cycle_number = ages.cycle_number
    left join owners on leads.owner_key = owners.owner_key
    left join sources
        on cycles.lead_key = sources.lead_key and cycles.cycle_number = sources.cycle_number
    left join revenue
        on cycles.lead_key = revenue.lead_key and cycles.cycle_number = revenue.cycle_number

)

select * from final
