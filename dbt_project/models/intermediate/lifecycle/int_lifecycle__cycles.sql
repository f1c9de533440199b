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
        ) as recency,
        row_number() over (
            partition by lead_key, cycle_number, to_stage order by event_number
        ) as visit_number
    from stage_events

),

entered as (

    select
        lead_key,
        cycle_number,
        max(case when event_number = 1 then occurred_at end) as started_at,
        min(event_index) as start_index,
        {% for stage in progress -%}
        max(case when visit_number = 1 and to_stage = '{{ stage }}' then occurred_at end)
            as entered_{{ stage }}_at,
        {% endfor -%}
        {% for stage in progress[1:] -%}
        max(case
            when visit_number = 1 and to_stage = '{{ stage }}' and is_inferred then 1 else 0
        end) = 1 as is_{{ stage }}_inferred,
        {% endfor -%}
        max(case when to_rank <= 60 then to_rank end) as furthest_rank,
        max(case when recency = 1 then to_stage end) as current_stage,
        max(case when recency = 1 then to_rank end) as current_rank,
        max(case when recency = 1 and is_inferred then 1 else 0 end) = 1
            as is_current_stage_inferred,
        max(case when recency = 1 then occurred_at end) as current_stage_entered_at,
        max(case when recency = 1 and to_stage = 'customer' then event_index end) as win_index,
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

-- R6: a win that still stands, before the cycle started
wins as (

    select
        entered.lead_key,
        entered.cycle_number,
        min(earlier.win_index) as first_win_index
    from entered
    inner join entered as earlier
        on entered.lead_key = earlier.lead_key and entered.cycle_number > earlier.cycle_number
    group by entered.lead_key, entered.cycle_number

),

final as (

    select
        entered.lead_key,
        entered.cycle_number,
        -- what comes after a win is more business from a customer
        case when wins.first_win_index < entered.start_index then 'expansion' else 'new' end
            as cycle_type,
        entered.started_at,
        {% for stage in progress -%}
        entered.entered_{{ stage }}_at,
        {% endfor -%}
        {% for stage in progress[1:] -%}
        entered.is_{{ stage }}_inferred,
        {% endfor -%}
        {% for stage in progress[:-1] -%}
        visited.days_in_{{ stage }},
        {% endfor -%}
        entered.current_stage,
        entered.current_stage_entered_at,
        entered.is_current_stage_inferred,
        stages.stage as furthest_stage,
        case
            when entered.current_stage = 'customer' then 'won'
            when entered.current_rank > 60 then entered.current_stage
            else 'open'
        end as outcome,
        entered.current_rank < 60 as is_open,
        case when entered.current_rank >= 60 then entered.current_stage_entered_at end as ended_at,
        entered.has_time_anomaly
    from entered
    left join visited
        on entered.lead_key = visited.lead_key and entered.cycle_number = visited.cycle_number
    left join wins
        on entered.lead_key = wins.lead_key and entered.cycle_number = wins.cycle_number
    left join stages on entered.furthest_rank = stages.stage_rank

)

select * from final
