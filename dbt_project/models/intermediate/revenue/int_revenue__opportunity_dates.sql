-- When each opportunity was closed for good, and the amount it started with.
with

opportunities as (

    select * from {{ ref('int_revenue__opportunities_unioned') }}

),

events as (

    select * from {{ ref('int_lifecycle__opportunity_events') }}

),

-- the last entry to the state in which it stands: a reversed win is no win, a second-precise
-- history wins over a day
closings as (

    select
        events.opportunity_key,
        max(events.event_number) as closing_number
    from events
    inner join opportunities on events.opportunity_key = opportunities.opportunity_key
    where
        events.is_state_change
        and opportunities.is_closed
        and events.stage = opportunities.opportunity_state
    group by events.opportunity_key

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
        closing_events.occurred_at as closed_at,
        closing_events.time_precision as closed_precision,
        coalesce(amount_events.opportunity_amount, opportunities.opportunity_amount_original)
            as first_amount_original
    from opportunities
    left join closings on opportunities.opportunity_key = closings.opportunity_key
    left join amounts on opportunities.opportunity_key = amounts.opportunity_key
    left join events as closing_events
        on
            closings.opportunity_key = closing_events.opportunity_key
            and closings.closing_number = closing_events.event_number
    left join events as amount_events
        on
            amounts.opportunity_key = amount_events.opportunity_key
            and amounts.first_amount_number = amount_events.event_number

)

select * from final
