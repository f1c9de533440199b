-- In every dimension the members' effects sum to the change of the rate of all leads, which is the
-- same whatever the dimension.
with

sums as (

    select
        quarter_starting,
        stage,
        dimension,
        sum(mix_effect) + sum(rate_effect) as explained,
        sum(reached_count) / cast(sum(entered_count) as double) as rate,
        sum(previous_reached_count) / cast(sum(previous_entered_count) as double) as previous_rate,
        min(conversion_change) as conversion_change
    from {{ ref('rpt_conversion_change') }}
    group by quarter_starting, stage, dimension

)

select *
from sums
where
    abs(explained - (rate - previous_rate)) > 1e-7
    or abs(conversion_change - (rate - previous_rate)) > 1e-7
