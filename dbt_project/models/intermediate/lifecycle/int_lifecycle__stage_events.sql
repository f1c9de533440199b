{{ config(**built_by_key('lead', 'lead_key')) }}

-- The ledger: stage changes per lead and cycle, with the skipped stages between them (rules R3,
-- R4, R5).
with

cycle_events as (

    select * from {{ ref('int_lifecycle__cycle_events') }}
    where not is_overruled and not is_after_close and {{ is_changed('lead', 'lead_key') }}

),

stages as (

    select * from {{ ref('lifecycle_stages') }}

),

sequenced as (

    select
        *,
        lag(stage) over by_event as preceding_stage
    from cycle_events
    window by_event as (partition by lead_key, cycle_number order by event_index)

),

-- R3: a repeat of the stage that a lead is in is no change
changes as (

    select
        sequenced.*,
        lag(stage) over by_event as from_stage,
        lag(stage_rank) over by_event as from_rank
    from sequenced
    where preceding_stage is null or preceding_stage != stage
    window by_event as (partition by lead_key, cycle_number order by event_index)

),

-- R4: a forward move over stages enters those too, at the same time, inferred
skipped as (

    select
        changes.lead_key,
        changes.cycle_number,
        changes.event_index,
        changes.opportunity_key,
        changes.source_system,
        changes.source_object,
        changes.source_record_id,
        stages.stage,
        stages.stage_rank,
        changes.occurred_at,
        changes.time_precision,
        true as is_inferred,
        changes.has_time_anomaly,
        changes.is_source_deleted
    from changes
    inner join stages
        on changes.from_rank < stages.stage_rank and changes.stage_rank > stages.stage_rank
    where changes.stage_rank <= 60

),

events as (

    select * from skipped

    union all

    select
        lead_key,
        cycle_number,
        event_index,
        opportunity_key,
        source_system,
        source_object,
        source_record_id,
        stage,
        stage_rank,
        occurred_at,
        time_precision,
        is_inferred,
        has_time_anomaly,
        is_source_deleted
    from changes

),

numbered as (

    select
        *,
        row_number() over in_line as line_number,
        row_number() over in_cycle as event_number,
        -- a cycle starts from where the lead stood then: the event before it in time, of any cycle
        coalesce(lag(stage) over in_cycle, lag(stage) over in_line) as from_stage,
        lag(stage_rank) over in_cycle as from_rank
    from events
    window
        in_line as (partition by lead_key order by event_index, stage_rank),
        in_cycle as (partition by lead_key, cycle_number order by event_index, stage_rank)

),

final as (

    select
        lead_key,
        cycle_number,
        event_number,
        opportunity_key,
        from_stage,
        stage as to_stage,
        stage_rank as to_rank,
        case
            when line_number = 1 then 'start'
            when event_number = 1 then 'reenter'
            when stage_rank > 60 then 'exit'
            when stage_rank < from_rank then 'backward'
            else 'forward'
        end as direction,
        is_inferred,
        has_time_anomaly,
        occurred_at,
        time_precision,
        source_system,
        source_object,
        source_record_id,
        is_source_deleted,
        event_index
    from numbered

)

select * from final
