{% snapshot lead_stage_events_history %}

{{ config(
    strategy='check',
    unique_key=['lead_id', 'cycle_number', 'event_number'],
    check_cols=[
        'from_stage', 'to_stage', 'direction', 'is_inferred', 'has_time_anomaly', 'occurred_at',
        'time_precision', 'opportunity_id', 'source_system', 'source_object', 'source_record_id',
        'is_source_deleted',
    ],
    hard_deletes='invalidate',
) }}

-- The ledger as each release said it. The as_of of the release that first said a row is kept
-- beside the stamps: those of two releases are never the same (snapshot_get_time).
select
    events.lead_id,
    events.cycle_number,
    events.event_number,
    events.from_stage,
    events.to_stage,
    events.direction,
    events.is_inferred,
    events.has_time_anomaly,
    events.occurred_at,
    events.time_precision,
    events.opportunity_id,
    events.source_system,
    events.source_object,
    events.source_record_id,
    events.is_source_deleted,
    clock.as_of
from {{ ref('fct_lead_stage_events') }} as events
cross join {{ ref('int_clock') }} as clock

{% endsnapshot %}
