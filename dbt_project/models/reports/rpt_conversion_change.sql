{% set horizon = var('conversion_change_horizon_days') %}
{% set dimensions = ['source_channel', 'employee_band', 'owner_name'] %}
{% set stages = ['mql', 'sql', 'opportunity', 'customer'] %}
{% set quarter = quarter_of(org_date('cycles.entered_inquiry_at')) %}
{% set next_quarter = dbt.dateadd('quarter', 1, quarter) %}

with

-- quarters of which everybody has had the horizon
cycles as (

    select
        {{ quarter }} as quarter_starting,
        {% for stage in stages -%}
        {% set reached_at = 'cycles.entered_' ~ stage ~ '_at' -%}
        {% set wait = days_between('cycles.entered_inquiry_at', reached_at) -%}
        case when {{ wait }} between 0 and {{ horizon }} then 1 else 0 end as has_{{ stage }},
        {% endfor -%}
        cycles.source_channel,
        coalesce(accounts.employee_band, '(unknown)') as employee_band,
        coalesce(cycles.owner_name, '(none)') as owner_name
    from {{ ref('fct_lead_lifecycle') }} as cycles
    cross join {{ ref('int_clock') }} as clock
    left join {{ ref('dim_accounts') }} as accounts on cycles.account_id = accounts.account_id
    where
        cycles.cycle_type = 'new'
        and cycles.entered_inquiry_at is not null
        and {{ days_between(start_of_day_utc(next_quarter), 'clock.as_of') }} >= {{ horizon }}

),

counted as (

    {% for dimension in dimensions %}
    select
        quarter_starting,
        '{{ dimension }}' as dimension,
        {{ dimension }} as member,
        {% for stage in stages -%}
        sum(has_{{ stage }}) as {{ stage }}_count,
        {% endfor -%}
        count(*) as entered_count
    from cycles
    group by quarter_starting, {{ dimension }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

cells as (

    {% for stage in stages %}
    select
        quarter_starting,
        '{{ stage }}' as stage,
        dimension,
        member,
        entered_count,
        {{ stage }}_count as reached_count
    from counted
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

earlier as (

    select
        *,
        cast({{ dbt.dateadd('quarter', 1, 'quarter_starting') }} as date) as next_quarter
    from cells

),

-- every member of a quarter or of the one before it
members as (

    select
        coalesce(cells.quarter_starting, earlier.next_quarter) as quarter_starting,
        coalesce(cells.stage, earlier.stage) as stage,
        coalesce(cells.dimension, earlier.dimension) as dimension,
        coalesce(cells.member, earlier.member) as member,
        coalesce(cells.entered_count, 0) as entered_count,
        coalesce(cells.reached_count, 0) as reached_count,
        coalesce(earlier.entered_count, 0) as previous_entered_count,
        coalesce(earlier.reached_count, 0) as previous_reached_count
    from cells
    full outer join earlier
        on
            cells.quarter_starting = earlier.next_quarter
            and cells.stage = earlier.stage
            and cells.dimension = earlier.dimension
            and cells.member = earlier.member

),

{% set totals = 'over (partition by quarter_starting, stage, dimension)' %}

shared as (

    select
        *,
        {{ share_of('entered_count', 'sum(entered_count) ' ~ totals) }} as share,
        {{ share_of('previous_entered_count', 'sum(previous_entered_count) ' ~ totals) }}
            as previous_share,
        {{ share_of('reached_count', 'entered_count') }} as rate,
        {{ share_of('previous_reached_count', 'previous_entered_count') }} as previous_rate
    from members

),

-- a member that is new, or gone, changes the mix alone: its rate is the one that is known
split as (

    select
        *,
        (share - previous_share)
        * (coalesce(rate, previous_rate) + coalesce(previous_rate, rate)) / 2 as mix_effect,
        (share + previous_share) / 2
        * (coalesce(rate, previous_rate) - coalesce(previous_rate, rate)) as rate_effect
    from shared

),

final as (

    select
        cast(quarter_starting as date) as quarter_starting,
        cast(stage as {{ dbt.type_string() }}) as stage,
        cast(dimension as {{ dbt.type_string() }}) as dimension,
        cast(member as {{ dbt.type_string() }}) as member,
        {% for count in ['entered_count', 'reached_count'] -%}
        cast({{ count }} as bigint) as {{ count }},
        cast(previous_{{ count }} as bigint) as previous_{{ count }},
        {% endfor -%}
        cast(share as double) as lead_share,
        cast(previous_share as double) as previous_lead_share,
        cast(rate as double) as conversion_rate,
        cast(previous_rate as double) as previous_conversion_rate,
        cast(mix_effect as double) as mix_effect,
        cast(rate_effect as double) as rate_effect,
        cast(mix_effect + rate_effect as double) as member_effect,
        -- from the counts, not as the sum of the effects, whose last bits depend on its order
        {{ share_of('sum(reached_count) ' ~ totals, 'sum(entered_count) ' ~ totals) }}
        - {{ share_of(
            'sum(previous_reached_count) ' ~ totals, 'sum(previous_entered_count) ' ~ totals
        ) }} as conversion_change
    from split
    -- both quarters have leads: what ends the series, or a gap in it, is no change
    where share is not null and previous_share is not null

)

select * from final
