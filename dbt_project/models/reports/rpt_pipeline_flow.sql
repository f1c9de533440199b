{% set stages = "('inquiry', 'mql', 'sal', 'sql', 'opportunity')" %}

with

clock as (

    select
        as_of,
        {{ org_date('as_of') }} as as_of_date
    from {{ ref('int_clock') }}

),

-- what happens after "now" has not happened
visits as (

    select
        visits.stage,
        visits.is_inferred,
        {{ month_of(org_date('visits.booked_in_at')) }} as month_in,
        case
            when visits.booked_out_at <= clock.as_of
                then {{ month_of(org_date('visits.booked_out_at')) }}
        end as month_out,
        visits.departure,
        case when visits.is_measurable then visits.visit_days end as cycle_days
    from {{ ref('fct_lead_stage_visits') }} as visits
    cross join clock
    where
        visits.cycle_type = 'new'
        and visits.stage in {{ stages }}
        and visits.booked_in_at <= clock.as_of

),

entries as (

    select
        month_in as flow_month,
        stage,
        count(case when not is_inferred then 1 end) as entered_count,
        count(case when is_inferred then 1 end) as inferred_entered_count
    from visits
    group by month_in, stage

),

departures as (

    select
        month_out as flow_month,
        stage,
        count(case when not is_inferred and departure = 'forward' then 1 end) as passed_count,
        count(case when not is_inferred and departure = 'exit' then 1 end) as scrapped_count,
        count(case when not is_inferred and departure = 'backward' then 1 end)
            as sent_back_count,
        count(case when is_inferred then 1 end) as inferred_left_count,
        avg(cycle_days) as mean_cycle_days,
        percentile_cont(0.5) within group (order by cycle_days) as median_cycle_days
    from visits
    where month_out is not null
    group by month_out, stage

),

months as (

    select
        dates.date_month as flow_month,
        count(*) as day_count
    from {{ ref('dim_dates') }} as dates
    cross join clock
    where
        dates.date_month >= (select min(visits.month_in) as first_month from visits)
        and dates.date_day <= clock.as_of_date
    group by dates.date_month

),

cells as (

    select
        months.*,
        stages.stage
    from months
    cross join {{ ref('lifecycle_stages') }} as stages
    where stages.stage_rank < 60

),

{% set flows = [
    'entered_count', 'inferred_entered_count', 'passed_count', 'scrapped_count',
    'sent_back_count', 'inferred_left_count',
] %}
{% set net = flows[:2] | join(' + ') ~ ' - ' ~ flows[2:] | join(' - ') %}
{% set all_left = 'left_count + inferred_left_count' %}

flows as (

    select
        cells.*,
        {% for flow in flows -%}
        coalesce({{ flow }}, 0) as {{ flow }},
        {% endfor -%}
        departures.mean_cycle_days,
        departures.median_cycle_days
    from cells
    left join entries
        on cells.flow_month = entries.flow_month and cells.stage = entries.stage
    left join departures
        on cells.flow_month = departures.flow_month and cells.stage = departures.stage

),

stocked as (

    select
        *,
        {{ net }} as net_count,
        passed_count + scrapped_count + sent_back_count as left_count,
        sum({{ net }}) over (
            partition by stage
            order by flow_month
            rows unbounded preceding
        ) as closing_count
    from flows

),

final as (

    select
        cast(flow_month as date) as flow_month,
        cast(stage as {{ dbt.type_string() }}) as stage,
        cast(closing_count - net_count as bigint) as opening_count,
        {% for count in flows + ['closing_count', 'left_count'] -%}
        cast({{ count }} as bigint) as {{ count }},
        {% endfor -%}
        {{ share_of('passed_count', 'left_count') }} as yield_rate,
        {{ share_of('scrapped_count', 'left_count') }} as scrap_rate,
        {{ share_of('sent_back_count', 'left_count') }} as rework_rate,
        {{ rounded('mean_cycle_days') }} as mean_cycle_days,
        {{ rounded('median_cycle_days') }} as median_cycle_days,
        {{ share_of('day_count * (closing_count - net_count / 2.0)', all_left) }} as stock_days
    from stocked

)

select * from final
