-- For every target each open lead and each open opportunity stands in one stage, and nothing twice.
with

open_prospects as (

    select
        furthest_stage as stage,
        count(*) as open_count
    from {{ ref('fct_lead_lifecycle') }}
    where
        cycle_type = 'new'
        and is_open
        and furthest_stage in ('inquiry', 'mql', 'sal', 'sql')
    group by furthest_stage

    union all

    select
        'opportunity' as stage,
        count(*) as open_count
    from {{ ref('fct_opportunities') }}
    where opportunity_type = 'new' and is_sales_pipeline and not is_closed

),

expected as (

    select
        targets.target_name,
        stages.stage,
        coalesce(open_prospects.open_count, 0) as open_count
    from {{ ref('targets') }} as targets
    cross join {{ ref('lifecycle_stages') }} as stages
    left join open_prospects on stages.stage = open_prospects.stage
    where stages.stage_rank < 60

)

select
    expected.target_name,
    expected.stage,
    expected.open_count,
    report.standing_count
from expected
full outer join {{ ref('rpt_reverse_funnel') }} as report
    on expected.target_name = report.target_name and expected.stage = report.stage
where
    report.standing_count is null
    or expected.open_count is null
    -- an as_of in the past leaves out what came later
    or report.standing_count
    {{ '>' if var('as_of') else '!=' }} expected.open_count
