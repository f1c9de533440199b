-- Every MQL handed off is on both sides' books: marketing's, which is the ledger of stages, and
-- sales', which is the handoffs.
with

marketing as (

    select
        events.lead_id,
        events.cycle_number,
        events.event_number
    from {{ ref('fct_lead_stage_events') }} as events
    inner join {{ ref('dim_leads') }} as leads on events.lead_id = leads.lead_id
    where events.to_stage = 'mql' and not events.is_inferred

),

sales as (

    select
        lead_id,
        cycle_number,
        event_number
    from {{ ref('fct_lead_handoffs') }}

)

select
    marketing.lead_id as handed_off_lead_id,
    sales.lead_id as received_lead_id,
    coalesce(marketing.cycle_number, sales.cycle_number) as cycle_number,
    coalesce(marketing.event_number, sales.event_number) as event_number
from marketing
full outer join sales
    on
        marketing.lead_id = sales.lead_id
        and marketing.cycle_number = sales.cycle_number
        and marketing.event_number = sales.event_number
where marketing.lead_id is null or sales.lead_id is null
