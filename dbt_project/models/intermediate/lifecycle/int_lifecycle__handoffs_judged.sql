{% set days_since = days_between('handoffs.handed_off_at', 'clock.as_of') %}

-- What can be said of each handoff by now: whether sales answered in time, late, or not at all.
with

handoffs as (

    select * from {{ ref('int_lifecycle__handoffs') }}

),

clock as (

    select * from {{ ref('int_clock') }}

),

-- an activity after now has not happened, an exit neither
timed as (

    select
        handoffs.*,
        clocks.sla_policy,
        clocks.sla_hours,
        clocks.time_zone,
        clocks.is_owner_time_zone,
        deadlines.sla_due_at,
        activities.activity_type as first_activity_type,
        activities.source_system as first_activity_source_system,
        activities.source_object as first_activity_source_object,
        activities.source_record_id as first_activity_source_record_id,
        activities.occurred_at as first_activity_at,
        coalesce(activities.occurred_at <= clock.as_of, false) as is_worked,
        coalesce(handoffs.exited_at <= clock.as_of, false) as is_exited,
        coalesce(deadlines.sla_due_at < clock.as_of, false) as is_overdue,
        {{ days_since }} >= {{ var('ignore_after_days') }} as is_old,
        greatest({{ hours_between('handoffs.handed_off_at', 'activities.occurred_at') }}, 0)
            as speed_to_lead_hours,
        clocks.business_seconds_to_activity / cast(3600 as double)
            as speed_to_lead_business_hours
    from handoffs
    cross join clock
    left join {{ ref('int_lifecycle__handoff_clocks') }} as clocks
        on handoffs.handoff_key = clocks.handoff_key
    left join {{ ref('int_lifecycle__handoff_deadlines') }} as deadlines
        on handoffs.handoff_key = deadlines.handoff_key
    left join {{ ref('int_lifecycle__handoff_activities') }} as activities
        on handoffs.handoff_key = activities.handoff_key

),

final as (

    select
        handoff_key,
        lead_key,
        cycle_number,
        event_number,
        handed_off_at,
        has_time_anomaly,
        source_system,
        source_object,
        source_record_id,
        owner_key,
        sla_policy,
        sla_hours,
        time_zone,
        is_owner_time_zone,
        sla_due_at,
        is_worked,
        {% for column in [
            'first_activity_at', 'first_activity_type', 'first_activity_source_system',
            'first_activity_source_object', 'first_activity_source_record_id',
        ] -%}
        case when is_worked then {{ column }} end as {{ column }},
        {% endfor -%}
        -- a handoff at an impossible time has no speed
        {% for column in ['speed_to_lead_hours', 'speed_to_lead_business_hours'] -%}
        case when is_worked and not has_time_anomaly then {{ column }} end as {{ column }},
        {% endfor -%}
        case
            when is_worked and first_activity_at <= sla_due_at then 'met'
            when is_worked then 'late'
            -- the time is up, or nobody will call any more
            when is_overdue or is_exited then 'never'
            else 'pending'
        end as sla_status,
        not is_worked and (is_old or is_exited) as is_ignored,
        sales_decision,
        case when sales_decision = 'accepted' then decided_at end as accepted_at,
        case when sales_decision = 'rejected' then decided_at end as rejected_at,
        -- in the words of the source
        case
            when sales_decision = 'rejected' then coalesce(decided_value, decided_stage)
        end as rejection_reason,
        sales_decision is not null and not is_worked as is_status_only
    from timed

)

select * from final
