-- The channels sum to `(all)`, and every open lead of a stage is standing in it.
with

report as (

    select
        stage,
        sum(case when source_channel = '(all)' then standing_count else 0 end) as standing_count,
        sum(case when source_channel = '(all)' then 0 else standing_count end)
            as channel_standing_count,
        sum(case when source_channel = '(all)' then completed_visit_count else 0 end)
            as completed_count,
        sum(case when source_channel = '(all)' then 0 else completed_visit_count end)
            as channel_completed_count
    from {{ ref('rpt_stage_velocity') }}
    group by stage

),

open_cycles as (

    select
        current_stage as stage,
        count(*) as open_count
    from {{ ref('fct_lead_lifecycle') }}
    where cycle_type = 'new' and is_open
    group by current_stage

)

select
    stages.stage,
    report.standing_count,
    report.channel_standing_count,
    report.completed_count,
    report.channel_completed_count,
    open_cycles.open_count
from {{ ref('lifecycle_stages') }} as stages
left join report on stages.stage = report.stage
left join open_cycles on stages.stage = open_cycles.stage
where
    stages.stage_rank < 60
    and (
        coalesce(report.standing_count, 0) != coalesce(open_cycles.open_count, 0)
        or report.channel_standing_count != report.standing_count
        or report.channel_completed_count != report.completed_count
    )
