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

{% set quarter_after = dbt.dateadd('quarter', 1, 'earlier.quarter_starting') %}

-- every member of a quarter or of the one before it
members as (

    select
        coalesce(cells.quarter_starting, {{ quarter_after }}) as quarter_starting,
        coalesce(cells.stage, earlier.stage) as stage,
        coalesce(cells.dimension, earlier.dimension) as dimension,
        coalesce(cells.member, earlier.member) as member,
        coalesce(cells.entered_count, 0) as entered_count,
        coalesce(cells.reached_count, 0) as reached_count,
        coalesce(earlier.entered_count, 0) as previous_entered_count,
        coalesce(earlier.reached_count, 0) as previous_reached_count
    from cells
    full outer join cells as earlier
        on
            cells.quarter_starting = {{ quarter_after }}
            and cells.stage = earlier.stage
            and cells.dimension = earlier.dimension
            and cells.member = earlier.member

),

{% set whens = ['', 'previous_'] %}
{% set totals = 'over (partition by quarter_starting, stage, dimension)' %}

shared as (

    select
        {% for when in whens -%}
        {% set all_entered = 'sum(' ~ when ~ 'entered_count) ' ~ totals -%}
        {% set all_reached = 'sum(' ~ when ~ 'reached_count) ' ~ totals -%}
        {{ share_of(when ~ 'entered_count', all_entered) }} as {{ when }}share,
        {{ share_of(when ~ 'reached_count', when ~ 'entered_count') }} as {{ when }}rate,
        {{ share_of(all_reached, all_entered) }} as {{ when }}total_rate,
        {% endfor -%}
        *
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
        {% for when in whens -%}
        cast({{ when }}entered_count as bigint) as {{ when }}entered_count,
        cast({{ when }}reached_count as bigint) as {{ when }}reached_count,
        cast({{ when }}share as double) as {{ when }}lead_share,
        cast({{ when }}rate as double) as {{ when }}conversion_rate,
        {% endfor -%}
        cast(mix_effect as double) as mix_effect,
        cast(rate_effect as double) as rate_effect,
        cast(mix_effect + rate_effect as double) as member_effect,
        -- from the counts, not as the sum of the effects, whose last bits depend on its order
        total_rate - previous_total_rate as conversion_change
    from split
    -- both quarters have leads: what ends the series, or a gap in it, is no change
    where share is not null and previous_share is not null

)

select * from final
