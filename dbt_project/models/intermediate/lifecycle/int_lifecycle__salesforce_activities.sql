{{ config(enabled=uses('salesforce')) }}

-- Tasks and calendar entries of Salesforce: a closed task, not a planned one; a calendar entry from
-- its start.
with

activities as (

    select
        source_system,
        'task' as source_object,
        source_record_id,
        who_id,
        owner_id,
        lower(task_subtype) as activity_type,
        lower(subject) as subject,
        coalesce(lower(call_type), 'outbound') as direction,
        -- ActivityDate is a due date and says nothing of when it was done
        coalesce(completed_at, created_at) as occurred_at
    from {{ ref('stg_salesforce__tasks') }}
    where is_closed and not is_source_deleted

    union all

    select
        source_system,
        'event' as source_object,
        source_record_id,
        who_id,
        owner_id,
        lower(coalesce(event_type, 'meeting')) as activity_type,
        lower(subject) as subject,
        'outbound' as direction,
        started_at as occurred_at
    from {{ ref('stg_salesforce__events') }}
    where
        not is_source_deleted
        -- an invitee's copy and the plan of a series are no meetings of their own
        and not is_child
        and not is_series
        -- what is still to come was not done
        and started_at <= (select clock.as_of from {{ ref('int_clock') }} as clock)

),

final as (

    select
        *,
        -- the first three characters of an id say which object it is
        case left(who_id, 3)
            when '00Q' then {{ record_key('source_system', 'lead', 'who_id') }}
            when '003' then {{ record_key('source_system', 'contact', 'who_id') }}
        end as record_key,
        source_object = 'event' as is_meeting
    from activities

)

select * from final
