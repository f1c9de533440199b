-- When an answer to each handoff was due: the last moment at which the business clock of its zone
-- has gone on by no more than the hours of the policy.
with

business_days as (

    select * from {{ ref('int_calendar__business_days') }}
    where is_business_day

),

-- one line per policy and zone, on which days begin and deadlines fall; the clock stands still
-- from the close of a day to the opening of the next, so a deadline on a close lasts till then
line as (

    select
        sla_policy,
        time_zone,
        seconds_before as at_seconds,
        0 as line_order,
        cast(null as bigint) as handoff_key,
        opens_at,
        seconds_before
    from business_days

    union all

    select
        sla_policy,
        time_zone,
        handoff_seconds + cast(3600 * sla_hours as bigint) as at_seconds,
        1 as line_order,
        handoff_key,
        cast(null as timestamp) as opens_at,
        cast(null as bigint) as seconds_before
    from {{ ref('int_lifecycle__handoff_clocks') }}

),

-- both grow along the line, so the greatest so far is that of the day at hand
placed as (

    select
        handoff_key,
        at_seconds,
        max(opens_at) over along_line as opens_at,
        max(seconds_before) over along_line as seconds_before
    from line
    window along_line as (
        partition by sla_policy, time_zone
        order by at_seconds, line_order, handoff_key nulls first
        rows between unbounded preceding and current row
    )

),

final as (

    select
        handoff_key,
        {{ add_seconds('opens_at', 'at_seconds - seconds_before') }} as sla_due_at
    from placed
    where handoff_key is not null

)

select * from final
