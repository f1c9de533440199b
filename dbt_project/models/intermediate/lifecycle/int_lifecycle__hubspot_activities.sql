{{ config(enabled=uses('hubspot')) }}

{% set kinds = {
    'call': {
        'model': 'stg_hubspot__engagement_calls',
        'direction': "case when kinds.direction = 'inbound' then 'inbound' else 'outbound' end",
    },
    'email': {
        'model': 'stg_hubspot__engagement_emails',
        'direction': "case coalesce(kinds.email_direction, engagements.engagement_type)"
            ~ " when 'incoming_email' then 'inbound' when 'forwarded_email' then 'inbound'"
            ~ " else 'outbound' end",
        'is_done': "coalesce(kinds.email_status not in ('scheduled', 'sending', 'failed'), true)",
    },
    'meeting': {
        'model': 'stg_hubspot__engagement_meetings',
        'is_done': 'coalesce(kinds.meeting_outcome not in'
            ~ " ('canceled', 'cancelled', 'no_show', 'no show', 'rescheduled'), true)",
    },
    'task': {
        'model': 'stg_hubspot__engagement_tasks',
        'is_done': "coalesce(kinds.task_status = 'completed', false)",
        'occurred_at': 'coalesce(kinds.completed_at, kinds.created_at, engagements.created_at)',
    },
} %}

-- Calls, emails, meetings and completed tasks of HubSpot, once per person they were with. A task's
-- own time is when it is due; an incoming or forwarded email was written by the other side.
with

engagements as (

    select * from {{ ref('stg_hubspot__engagements') }}

),

contacts as (

    select * from {{ ref('stg_hubspot__engagement_contacts') }}
    where not is_source_deleted

),

done as (

    {% for kind, rule in kinds.items() %}
    select
        kinds.source_system,
        'engagement_{{ kind }}' as source_object,
        kinds.source_record_id as engagement_id,
        coalesce(kinds.owner_id, engagements.owner_id) as owner_id,
        '{{ kind }}' as activity_type,
        lower(kinds.subject) as subject,
        {{ rule.direction | default("'outbound'") }} as direction,
        {{ rule.occurred_at | default('coalesce(kinds.occurred_at, engagements.occurred_at)') }}
            as occurred_at
    from {{ ref(rule.model) }} as kinds
    left join engagements
        on
            kinds.source_system = engagements.source_system
            and kinds.source_record_id = engagements.source_record_id
    where
        not kinds.is_source_deleted
        and not coalesce(engagements.is_source_deleted, false)
        and {{ rule.is_done | default('true') }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

final as (

    select
        done.source_system,
        case
            when contacts.source_record_id is null then done.source_object
            else 'engagement_contact'
        end as source_object,
        coalesce(contacts.source_record_id, done.engagement_id) as source_record_id,
        contacts.contact_id as who_id,
        done.owner_id,
        {{ record_key('done.source_system', 'contact', 'contacts.contact_id') }} as record_key,
        done.activity_type,
        done.subject,
        done.direction,
        cast(null as boolean) as is_human,
        done.occurred_at
    from done
    left join contacts
        on
            done.source_system = contacts.source_system
            and done.engagement_id = contacts.engagement_id
    where done.occurred_at is not null

)

select * from final
