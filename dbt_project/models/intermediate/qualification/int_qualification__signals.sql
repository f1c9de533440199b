{{ config(**built_by_key('lead', 'lead_key')) }}

-- What the rules look at, in the cycle that each thing belongs to; and the entries to mql, at which
-- the CRM decided. Interest is not commitment: they are told apart from here on.
with

cycles as (

    select
        lead_key,
        cycle_number,
        started_at,
        ended_at,
        lead(started_at) over (partition by lead_key order by cycle_number) as next_started_at
    from {{ ref('int_lifecycle__cycles') }}
    where {{ is_changed('lead', 'lead_key') }}

),

signals as (

    select
        lead_key,
        touch_class as signal_type,
        touch_key as signal_key,
        cast(null as double) as score,
        cast(null as {{ dbt.type_string() }}) as score_source_system,
        cast(null as boolean) as is_score_probability,
        source_system,
        source_object,
        source_record_id,
        occurred_at
    from {{ ref('int_touchpoints__touches') }}
    -- an open mail or a mere membership is no interest, and neither is the record's own source
    where
        lead_key is not null
        and is_attributable
        and not is_inferred
        and {{ is_changed('lead', 'lead_key') }}

    union all

    select
        lead_key,
        case when is_meeting then 'meeting' else direction end as signal_type,
        activity_key as signal_key,
        cast(null as double) as score,
        cast(null as {{ dbt.type_string() }}) as score_source_system,
        cast(null as boolean) as is_score_probability,
        source_system,
        source_object,
        source_record_id,
        occurred_at
    from {{ ref('int_lifecycle__activities_unioned') }}
    where lead_key is not null and is_human and {{ is_changed('lead', 'lead_key') }}

    union all

    select
        lead_key,
        'score' as signal_type,
        score_key as signal_key,
        score,
        source_system as score_source_system,
        is_probability as is_score_probability,
        source_system,
        source_object,
        source_record_id,
        occurred_at
    from {{ ref('int_qualification__scores_unioned') }}
    where {{ is_changed('lead', 'lead_key') }}

),

placed as (

    select
        cycles.cycle_number,
        cast(null as bigint) as event_number,
        signals.*,
        -- what comes after the end moves nothing in this cycle
        cycles.ended_at is not null and signals.occurred_at > cycles.ended_at as is_after_end
    from signals
    inner join cycles
        on
            signals.lead_key = cycles.lead_key
            -- what came before the first cycle led to it
            and (cycles.cycle_number = 1 or signals.occurred_at >= cycles.started_at)
            and (cycles.next_started_at is null or signals.occurred_at < cycles.next_started_at)

),

entries as (

    select
        cycle_number,
        event_number,
        lead_key,
        'mql' as signal_type,
        event_number as signal_key,
        cast(null as double) as score,
        cast(null as {{ dbt.type_string() }}) as score_source_system,
        cast(null as boolean) as is_score_probability,
        source_system,
        source_object,
        source_record_id,
        occurred_at,
        false as is_after_end
    from {{ ref('int_lifecycle__stage_events') }}
    where to_stage = 'mql' and not is_inferred and {{ is_changed('lead', 'lead_key') }}

),

final as (

    select * from placed
    union all
    select * from entries

)

select * from final
