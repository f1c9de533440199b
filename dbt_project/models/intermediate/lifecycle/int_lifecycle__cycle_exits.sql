-- Why cycles ended without a win. A lead's record states the reason of its last exit: those before
-- it are overwritten.
with

stage_events as (

    select
        *,
        row_number() over (
            partition by lead_key, cycle_number order by event_number desc
        ) as recency
    from {{ ref('int_lifecycle__stage_events') }}

),

leads as (

    select * from {{ ref('int_identity__leads') }}

),

opportunities as (

    select * from {{ ref('int_revenue__opportunities_unioned') }}

),

exits as (

    select
        lead_key,
        cycle_number,
        to_stage,
        opportunity_key,
        max(case when to_stage != 'lost' then cycle_number end)
            over (partition by lead_key) as last_left_number
    from stage_events
    where recency = 1 and to_stage in ('recycled', 'disqualified', 'lost')

),

final as (

    select
        exits.lead_key,
        exits.cycle_number,
        case
            when exits.to_stage = 'lost' then opportunities.lost_reason
            when exits.cycle_number = exits.last_left_number then leads.status_reason
        end as exit_reason
    from exits
    inner join leads on exits.lead_key = leads.lead_key
    left join opportunities on exits.opportunity_key = opportunities.opportunity_key

)

select * from final
