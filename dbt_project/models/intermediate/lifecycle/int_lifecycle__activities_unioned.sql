{{ config(**tracked('activity_key', {'lead': 'lead_key'})) }}

-- What salespeople did, and whether a person did it.
with

activities as (

    {% if uses('salesforce') %}
    select
        source_system,
        source_object,
        source_record_id,
        record_key,
        {{ record_key('source_system', 'owner', 'owner_id') }} as owner_key,
        activity_type,
        subject,
        direction,
        cast(null as boolean) as is_human,
        is_meeting,
        occurred_at
    from {{ ref('int_lifecycle__salesforce_activities') }}
    {% endif %}

    {% if uses('hubspot') %}
    {% if uses('salesforce') %}union all{% endif %}

    select
        source_system,
        source_object,
        source_record_id,
        record_key,
        {{ record_key('source_system', 'owner', 'owner_id') }} as owner_key,
        activity_type,
        subject,
        direction,
        is_human,
        activity_type = 'meeting' as is_meeting,
        occurred_at
    from {{ ref('int_lifecycle__hubspot_activities') }}
    {% endif %}

    {% if uses('generic') %}
    {% if uses('salesforce') or uses('hubspot') %}union all{% endif %}

    select
        source_system,
        'activities' as source_object,
        source_record_id,
        {{ record_key('source_system', 'lead', 'lead_id') }} as record_key,
        {{ record_key('source_system', 'owner', 'owner_id') }} as owner_key,
        lower(activity_type) as activity_type,
        cast(null as {{ dbt.type_string() }}) as subject,
        coalesce(direction, 'outbound') as direction,
        is_human,
        coalesce(lower(activity_type) = 'meeting', false) as is_meeting,
        occurred_at
    from {{ ref('stg_generic__activities') }}
    where not is_source_deleted
    {% endif %}

),

keyed as (

    select
        activities.*,
        {{ record_key('activities.source_system', 'activity', 'activities.source_record_id') }}
            as activity_key,
        lower(owners.owner_name) as owner_name
    from activities
    left join {{ ref('int_identity__owners_unioned') }} as owners
        on activities.owner_key = owners.owner_key

),

automated as (

    select distinct keyed.activity_key
    from keyed
    inner join {{ ref('automation_rules') }} as rules
        on
            rules.source_system in ('*', split_part(keyed.source_system, '@', 1))
            and (
                (rules.rule_field = 'task_subtype' and keyed.activity_type like rules.pattern)
                or (rules.rule_field = 'subject' and keyed.subject like rules.pattern)
                or (rules.rule_field = 'owner_name' and keyed.owner_name like rules.pattern)
            )

),

final as (

    select
        keyed.activity_key,
        keyed.source_system,
        keyed.source_object,
        keyed.source_record_id,
        lead_records.lead_key,
        keyed.owner_key,
        keyed.activity_type,
        keyed.direction,
        keyed.is_meeting,
        -- the record's own word on it wins
        coalesce(keyed.is_human, automated.activity_key is null) as is_human,
        keyed.occurred_at
    from keyed
    left join automated on keyed.activity_key = automated.activity_key
    left join {{ ref('int_identity__lead_records') }} as lead_records
        on keyed.record_key = lead_records.record_key

)

select * from final
