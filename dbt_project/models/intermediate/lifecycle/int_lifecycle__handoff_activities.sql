{{ config(**built_by_key('lead', 'lead_key')) }}

-- The first thing that a person in sales did about a handoff: from some days before it, which sales
-- may have used to talk to the lead already, up to the lead's next cycle, which is another story.
with

handoffs as (

    select * from {{ ref('int_lifecycle__handoffs') }}
    where {{ is_changed('lead', 'lead_key') }}

),

activities as (

    select * from {{ ref('int_lifecycle__activities_unioned') }}
    -- what came in, and what a machine sent, is no work of sales
    where
        is_human
        and direction = 'outbound'
        and {{ is_changed('lead', 'lead_key') }}

),

ranked as (

    select
        handoffs.handoff_key,
        handoffs.lead_key,
        activities.activity_key,
        activities.activity_type,
        activities.source_system,
        activities.source_object,
        activities.source_record_id,
        activities.occurred_at,
        row_number() over (
            partition by handoffs.handoff_key
            order by
                activities.occurred_at,
                {{ source_priority('activities.source_system') }}, activities.activity_key
        ) as activity_rank
    from handoffs
    inner join activities
        on
            handoffs.lead_key = activities.lead_key
            and {{ add_seconds('handoffs.handed_off_at', -86400 * var('handoff_grace_days')) }}
            <= activities.occurred_at
            and (
                handoffs.next_cycle_started_at is null
                or handoffs.next_cycle_started_at > activities.occurred_at
            )

),

final as (

    select
        handoff_key,
        lead_key,
        activity_key,
        activity_type,
        source_system,
        source_object,
        source_record_id,
        occurred_at
    from ranked
    where activity_rank = 1

)

select * from final
