-- Every lead of dim_leads has a lifecycle whose cycles are numbered without a gap, and one
-- newest cycle.
with

cycles as (

    select
        lead_id,
        count(*) as cycle_count,
        max(cycle_number) as newest_cycle_number,
        count(current_stage) as stage_count
    from {{ ref('fct_lead_lifecycle') }}
    group by lead_id

)

select
    leads.lead_id,
    cycles.cycle_count,
    cycles.newest_cycle_number
from {{ ref('dim_leads') }} as leads
left join cycles on leads.lead_id = cycles.lead_id
where
    leads.created_at is not null
    and (
        cycles.lead_id is null
        or cycles.cycle_count != cycles.newest_cycle_number
        or cycles.stage_count != cycles.cycle_count
    )
