-- In every dimension the members are all leads of both quarters, and their effects sum to the
-- change of the rate of all leads, which is the same whatever the dimension.
{% set quarter = quarter_of(org_date('entered_inquiry_at')) %}

with

leads as (

    select
        {{ quarter }} as quarter_starting,
        count(*) as lead_count
    from {{ ref('fct_lead_lifecycle') }}
    where cycle_type = 'new' and entered_inquiry_at is not null
    group by {{ quarter }}

),

sums as (

    select
        quarter_starting,
        stage,
        dimension,
        sum(entered_count) as entered_count,
        sum(previous_entered_count) as previous_entered_count,
        sum(mix_effect) + sum(rate_effect) as explained,
        sum(reached_count) / cast(sum(entered_count) as double) as rate,
        sum(previous_reached_count) / cast(sum(previous_entered_count) as double) as previous_rate,
        min(conversion_change) as conversion_change
    from {{ ref('rpt_conversion_change') }}
    group by quarter_starting, stage, dimension

)

select
    sums.*,
    leads.lead_count,
    previous.lead_count as previous_lead_count
from sums
left join leads on sums.quarter_starting = leads.quarter_starting
left join leads as previous
    on
        sums.quarter_starting
        = cast({{ dbt.dateadd('quarter', 1, 'previous.quarter_starting') }} as date)
where
    sums.entered_count is distinct from leads.lead_count
    or sums.previous_entered_count is distinct from previous.lead_count
    or abs(sums.explained - (sums.rate - sums.previous_rate)) > 1e-9
    or abs(sums.conversion_change - (sums.rate - sums.previous_rate)) > 1e-9
