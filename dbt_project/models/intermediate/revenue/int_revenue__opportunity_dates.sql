-- When each opportunity was won for good, and the amount it started with.
with

opportunities as (

    select * from {{ ref('int_revenue__opportunities_unioned') }}

),

events as (

    select * from {{ ref('int_lifecycle__opportunity_events') }}

),

wins as (

    select
        opportunity_key,
        max(case when is_state_change and stage = 'customer' then event_number end)
            as last_won_number
    from events
    group by opportunity_key

),

amounts as (

    select
        opportunity_key,
        min(case when opportunity_amount is not null then event_number end) as first_amount_number
    from events
    group by opportunity_key

),

final as (

    select
        opportunities.opportunity_key,
        -- the last entry to won that was not left later; a reversed win is no win
        case
            when opportunities.is_won
                then
                    coalesce(
                        won_events.occurred_at, opportunities.closed_at, opportunities.created_at
                    )
        end as won_at,
        case
            when opportunities.is_won
                then coalesce(won_events.time_precision, opportunities.closed_precision)
        end as won_precision,
        coalesce(amount_events.opportunity_amount, opportunities.opportunity_amount_original)
            as first_amount_original
    from opportunities
    left join wins on opportunities.opportunity_key = wins.opportunity_key
    left join amounts on opportunities.opportunity_key = amounts.opportunity_key
    left join events as won_events
        on
            wins.opportunity_key = won_events.opportunity_key
            and wins.last_won_number = won_events.event_number
    left join events as amount_events
        on
            amounts.opportunity_key = amount_events.opportunity_key
            and amounts.first_amount_number = amount_events.event_number

)

select * from final
