with

-- where the journey to each opportunity began
first_touches as (

    select
        opportunity_id,
        channel,
        campaign_key
    from {{ ref('fct_attribution_credits') }}
    where conversion_type = 'pipeline' and attribution_model = 'first_touch'

),

lost_opportunities as (

    select
        'lost' as voice,
        opportunities.lost_reason as reason,
        first_touches.channel as source_channel,
        coalesce(first_touches.campaign_key, opportunities.campaign_key) as source_campaign_key,
        opportunities.opportunity_amount as amount
    from {{ ref('fct_opportunities') }} as opportunities
    left join first_touches on opportunities.opportunity_id = first_touches.opportunity_id
    where
        opportunities.is_sales_pipeline
        and opportunities.is_closed
        and not opportunities.is_won

),

-- what sales was handed and did not take is a rejection, whatever the lead became
left_leads as (

    select
        case
            when
                entered_mql_at is not null
                and not is_mql_inferred
                and entered_sal_at is null
                then 'rejected'
            else outcome
        end as voice,
        exit_reason as reason,
        source_channel,
        source_campaign_key,
        cast(null as decimal(18, 2)) as amount
    from {{ ref('fct_lead_lifecycle') }}
    where outcome in ('recycled', 'disqualified')

),

first_cycles as (

    select
        lead_id,
        source_channel,
        source_campaign_key,
        row_number() over (partition by lead_id order by cycle_number) as age_rank
    from {{ ref('fct_lead_lifecycle') }}

),

-- beside what was tracked: what they say themselves
self_reports as (

    select
        'self_reported' as voice,
        leads.self_reported_source as reason,
        first_cycles.source_channel,
        first_cycles.source_campaign_key,
        cast(null as decimal(18, 2)) as amount
    from {{ ref('dim_leads') }} as leads
    left join first_cycles
        on leads.lead_id = first_cycles.lead_id and first_cycles.age_rank = 1

),

voices as (

    select * from lost_opportunities
    union all
    select * from left_leads
    union all
    select * from self_reports

),

named as (

    select
        voice,
        coalesce(reason, '(not stated)') as reason,
        coalesce(source_channel, '(unattributed)') as source_channel,
        coalesce(source_campaign_key, '(none)') as source_campaign_key,
        amount
    from voices

),

counted as (

    select
        voice,
        reason,
        source_channel,
        source_campaign_key,
        count(*) as item_count,
        sum(count(*)) over (partition by voice) as voice_count,
        sum(amount) as lost_amount
    from named
    group by voice, reason, source_channel, source_campaign_key

),

final as (

    select
        cast(counted.voice as {{ dbt.type_string() }}) as voice,
        cast(counted.reason as {{ dbt.type_string() }}) as reason,
        cast(counted.source_channel as {{ dbt.type_string() }}) as source_channel,
        cast(counted.source_campaign_key as {{ dbt.type_string() }}) as source_campaign_key,
        cast(campaigns.campaign_name as {{ dbt.type_string() }}) as campaign_name,
        cast(counted.item_count as bigint) as item_count,
        {{ share_of('counted.item_count', 'counted.voice_count') }} as voice_share,
        cast(counted.lost_amount as decimal(18, 2)) as lost_amount,
        cast('{{ var('reporting_currency') }}' as {{ dbt.type_string() }}) as currency_code
    from counted
    left join {{ ref('dim_campaigns') }} as campaigns
        on counted.source_campaign_key = campaigns.campaign_key

)

select * from final
