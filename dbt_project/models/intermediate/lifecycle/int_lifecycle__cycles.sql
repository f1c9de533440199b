{{ config(**built_by_key('lead', 'lead_key')) }}

-- One row per lead and cycle: when each stage was first entered, how long it lasted, where it
-- stands.
with

stage_events as (

    select * from {{ ref('int_lifecycle__stage_events') }}
    where {{ is_changed('lead', 'lead_key') }}

),

stage_visits as (

    select * from {{ ref('int_lifecycle__stage_visits') }}
    where {{ is_changed('lead', 'lead_key') }}

),

stages as (

    select * from {{ ref('lifecycle_stages') }}

),

{% set progress = ['inquiry', 'mql', 'sal', 'sql', 'opportunity', 'customer'] %}

ranked as (

    select
        *,
        row_number() over (
            partition by lead_key, cycle_number order by event_number desc
        ) as recency
    from stage_events

),

entered as (

    select
        lead_key,
        cycle_number,
        min(occurred_at) as started_at,
        {% for stage in progress -%}
        min(case when to_stage = '{{ stage }}' then occurred_at end) as entered_{{ stage }}_at,
        {% endfor -%}
        {% for stage in progress[1:] -%}
        coalesce(
            min(
                case
                    when to_stage = '{{ stage }}' then case when is_inferred then 1 else 0 end
                end
            ) = 1,
            false
        ) as is_{{ stage }}_inferred,
        {% endfor -%}
        max(case when to_rank <= 60 then to_rank end) as furthest_rank,
        max(case when recency = 1 then to_stage end) as current_stage,
        max(case when recency = 1 then to_rank end) as current_rank,
        max(case when recency = 1 and is_inferred then 1 else 0 end) = 1
            as is_current_stage_inferred,
        max(case when recency = 1 then occurred_at end) as current_stage_entered_at,
        max(case when has_time_anomaly then 1 else 0 end) = 1 as has_time_anomaly
    from ranked
    group by lead_key, cycle_number

),

visited as (

    select
        lead_key,
        {% for stage in progress[:-1] -%}
        sum(case when stage = '{{ stage }}' and is_measurable then visit_days end)
            as days_in_{{ stage }},
        {% endfor -%}
        cycle_number
    from stage_visits
    group by lead_key, cycle_number

),

chained as (

    select
        entered.*,
        lag(current_stage) over by_cycle as previous_cycle_stage,
        lag(entered_customer_at) over by_cycle as previous_won_at
    from entered
    window by_cycle as (partition by lead_key order by cycle_number)

),

final as (

    select
        chained.lead_key,
        chained.cycle_number,
        case
            when chained.cycle_number = 1 then 'new'
            -- what comes after a win is more business from a customer
            when
                chained.previous_won_at <= chained.started_at
                and chained.previous_cycle_stage = 'customer'
                then 'expansion'
            else 'new'
        end as cycle_type,
        chained.started_at,
        {% for stage in progress -%}
        chained.entered_{{ stage }}_at,
        {% endfor -%}
        {% for stage in progress[1:] -%}
        chained.is_{{ stage }}_inferred,
        {% endfor -%}
        {% for stage in progress[:-1] -%}
        visited.days_in_{{ stage }},
        {% endfor -%}
        chained.current_stage,
        chained.current_stage_entered_at,
        chained.is_current_stage_inferred,
        stages.stage as furthest_stage,
        case
            when chained.current_stage = 'customer' then 'won'
            when chained.current_rank > 60 then chained.current_stage
            else 'open'
        end as outcome,
        chained.current_rank < 60 as is_open,
        case when chained.current_rank >= 60 then chained.current_stage_entered_at end as ended_at,
        chained.has_time_anomaly
    from chained
    left join visited
        on chained.lead_key = visited.lead_key and chained.cycle_number = visited.cycle_number
    left join stages on chained.furthest_rank = stages.stage_rank

)

select * from final
