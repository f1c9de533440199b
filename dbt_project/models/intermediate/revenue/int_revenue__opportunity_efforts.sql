-- What salespeople did for each opportunity: human activities with someone of its buying group
-- while it was open. Each activity counts once, for the newest opportunity that was open then.
with

activities as (

    select
        activity_key,
        lead_key,
        occurred_at
    from {{ ref('int_lifecycle__activities_unioned') }}
    -- what comes in is no effort of sales
    where is_human and direction = 'outbound' and lead_key is not null

),

groups as (

    select * from {{ ref('int_revenue__buying_groups') }}

),

opportunities as (

    select * from {{ ref('int_revenue__opportunities_valued') }}
    where not is_source_deleted

),

placed as (

    select
        activities.activity_key,
        opportunities.opportunity_key,
        row_number() over (
            partition by activities.activity_key
            order by opportunities.created_at desc, opportunities.opportunity_key desc
        ) as preference
    from activities
    inner join groups on activities.lead_key = groups.lead_key
    inner join opportunities on groups.opportunity_key = opportunities.opportunity_key
    where
        activities.occurred_at >= opportunities.created_at
        and (opportunities.closed_at is null or activities.occurred_at <= opportunities.closed_at)

),

final as (

    select
        opportunity_key,
        count(*) as activity_count
    from placed
    where preference = 1
    group by opportunity_key

)

select * from final
