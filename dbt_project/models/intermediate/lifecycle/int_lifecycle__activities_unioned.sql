-- What salespeople did, and whether a person did it: a closed task, not a planned one; a calendar
-- entry from its start.
with

activities as (

    {% if uses('salesforce') %}
    select
        source_system,
        'task' as source_object,
        source_record_id,
        who_id,
        -- the first three characters of an id say which object it is
        case left(who_id, 3)
            when '00Q' then {{ record_key('source_system', 'lead', 'who_id') }}
            when '003' then {{ record_key('source_system', 'contact', 'who_id') }}
        end as record_key,
        lower(task_subtype) as activity_type,
        lower(subject) as subject,
        coalesce(lower(call_type), 'outbound') as direction,
        cast(null as boolean) as is_human,
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
        case left(who_id, 3)
            when '00Q' then {{ record_key('source_system', 'lead', 'who_id') }}
            when '003' then {{ record_key('source_system', 'contact', 'who_id') }}
        end as record_key,
        lower(coalesce(event_type, 'meeting')) as activity_type,
        lower(subject) as subject,
        'outbound' as direction,
        cast(null as boolean) as is_human,
        started_at as occurred_at
    from {{ ref('stg_salesforce__events') }}
    where
        not is_source_deleted
        -- an invitee's copy and the plan of a series are no meetings of their own
        and not is_child
        and not is_series
        -- what is still to come was not done
        and started_at <= (select clock.as_of from {{ ref('int_clock') }} as clock)
    {% endif %}

    {% if uses('hubspot') %}
    {% if uses('salesforce') %}union all{% endif %}

    select
        source_system,
        source_object,
        source_record_id,
        who_id,
        record_key,
        activity_type,
        subject,
        direction,
        is_human,
        occurred_at
    from {{ ref('int_lifecycle__hubspot_activities') }}
    {% endif %}

    {% if uses('generic') %}
    {% if uses('salesforce') or uses('hubspot') %}union all{% endif %}

    select
        source_system,
        'activities' as source_object,
        source_record_id,
        lead_id as who_id,
        {{ record_key('source_system', 'lead', 'lead_id') }} as record_key,
        lower(activity_type) as activity_type,
        cast(null as {{ dbt.type_string() }}) as subject,
        coalesce(direction, 'outbound') as direction,
        is_human,
        occurred_at
    from {{ ref('stg_generic__activities') }}
    where not is_source_deleted
    {% endif %}

),

automated as (

    select distinct
        activities.source_system,
        activities.source_record_id
    from activities
    inner join {{ ref('automation_rules') }} as rules
        on
            rules.source_system in ('*', split_part(activities.source_system, '@', 1))
            and (
                (rules.rule_field = 'task_subtype' and activities.activity_type like rules.pattern)
                or (rules.rule_field = 'subject' and activities.subject like rules.pattern)
            )

),

final as (

    select
        {{ record_key('activities.source_system', 'activity', 'activities.source_record_id') }}
            as activity_key,
        activities.source_system,
        activities.source_object,
        activities.source_record_id,
        lead_records.lead_key,
        activities.activity_type,
        activities.direction,
        coalesce(activities.is_human, automated.source_record_id is null) as is_human,
        activities.occurred_at
    from activities
    left join automated
        on
            activities.source_system = automated.source_system
            and activities.source_record_id = automated.source_record_id
    left join {{ ref('int_identity__lead_records') }} as lead_records
        on activities.record_key = lead_records.record_key

)

select * from final
