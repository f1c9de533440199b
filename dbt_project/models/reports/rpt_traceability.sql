{% set traced = "'tracked', 'stated_only', 'won', 'lost', 'recycled', 'disqualified', 'unbroken'" %}

with

cycles as (

    select
        *,
        row_number() over (partition by lead_id order by cycle_number) as age_rank,
        row_number() over (partition by lead_id order by cycle_number desc) as recency
    from {{ ref('fct_lead_lifecycle') }}

),

-- where each lead came from when it first came
lead_sources as (

    select
        'lead' as subject,
        'source' as measure,
        case
            when cycles.source_channel is null or cycles.source_channel = '(unattributed)'
                then 'no_source'
            when cycles.source_channel = '(unknown)' then 'unknown_channel'
            when cycles.is_source_inferred then 'stated_only'
            else 'tracked'
        end as finding,
        cast(null as decimal(18, 2)) as amount
    from {{ ref('dim_leads') }} as leads
    left join cycles on leads.lead_id = cycles.lead_id and cycles.age_rank = 1

),

-- what became of each lead the last time
lead_outcomes as (

    select
        'lead' as subject,
        'outcome' as measure,
        case
            when cycles.lead_id is null then 'no_cycle'
            when cycles.outcome = 'open' and cycles.is_stalled then 'open_stalled'
            else cycles.outcome
        end as finding,
        cast(null as decimal(18, 2)) as amount
    from {{ ref('dim_leads') }} as leads
    left join cycles on leads.lead_id = cycles.lead_id and cycles.recency = 1

),

-- any model has a row for each conversion, and only those without a touch lack one in all
journeys as (

    select
        opportunity_id,
        max(case when touch_id is null then 0 else 1 end) = 1 as has_touch
    from {{ ref('fct_attribution_credits') }}
    where
        conversion_type = 'revenue'
        and attribution_model = '{{ var('attribution_models')[0].name }}'
    group by opportunity_id

),

wins as (

    select * from {{ ref('fct_opportunities') }}
    where is_won and opportunity_type = 'new' and is_sales_pipeline

),

-- the chain from touch to revenue, broken where it breaks first
chains as (

    select
        'won_opportunity' as subject,
        'chain' as measure,
        case
            when not wins.has_buying_group then 'no_buying_group'
            when not coalesce(journeys.has_touch, false) then 'no_touch'
            when wins.has_time_anomaly then 'impossible_time'
            when wins.opportunity_amount_original is null then 'no_amount'
            when wins.opportunity_amount is null then 'no_exchange_rate'
            else 'unbroken'
        end as finding,
        wins.opportunity_amount as amount
    from wins
    left join journeys on wins.opportunity_id = journeys.opportunity_id

),

exceptions as (

    select
        'record' as subject,
        'exception' as measure,
        reason as finding,
        cast(null as decimal(18, 2)) as amount
    from {{ ref('int_quality__exceptions') }}

),

findings as (

    select * from lead_sources
    union all
    select * from lead_outcomes
    union all
    select * from chains
    union all
    select * from exceptions

),

counted as (

    select
        subject,
        measure,
        finding,
        count(*) as item_count,
        sum(count(*)) over (partition by subject, measure) as total_count,
        sum(amount) as item_amount
    from findings
    group by subject, measure, finding

),

final as (

    select
        cast(subject as {{ dbt.type_string() }}) as subject,
        cast(measure as {{ dbt.type_string() }}) as measure,
        cast(finding as {{ dbt.type_string() }}) as finding,
        cast(finding in ({{ traced }}) as boolean) as is_traced,
        cast(item_count as bigint) as item_count,
        cast(total_count as bigint) as total_count,
        {{ share_of('item_count', 'total_count') }} as item_rate,
        cast(item_amount as decimal(18, 2)) as item_amount,
        cast('{{ var('reporting_currency') }}' as {{ dbt.type_string() }}) as currency_code
    from counted

)

select * from final
