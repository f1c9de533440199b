-- The opportunities of each cycle, and what those that stand as won are worth.
with

cycle_events as (

    select * from {{ ref('int_lifecycle__cycle_events') }}
    where opportunity_key is not null

),

opportunities as (

    select * from {{ ref('int_revenue__opportunities_valued') }}
    where not is_source_deleted

),

wins as (

    select * from opportunities
    where is_won

),

memberships as (

    select distinct
        lead_key,
        cycle_number,
        opportunity_key
    from cycle_events

),

final as (

    select
        memberships.lead_key,
        memberships.cycle_number,
        count(*) as opportunity_count,
        -- unknown where one of the wins has no amount or no rate: never 0 in its place
        case
            when count(wins.opportunity_key) = count(wins.opportunity_amount)
                then coalesce(sum(wins.opportunity_amount), 0)
        end as won_amount
    from memberships
    inner join opportunities on memberships.opportunity_key = opportunities.opportunity_key
    left join wins on memberships.opportunity_key = wins.opportunity_key
    group by memberships.lead_key, memberships.cycle_number

)

select * from final
