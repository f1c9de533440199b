-- Records whose touches have to be built again: they changed, or the person behind their address,
-- visitor or contact did, or their form.
{% set noted = [
    ('hubspot', 'int_touchpoints__hubspot_meetings'),
    ('hubspot', 'stg_hubspot__email_sends'),
    ('hubspot', 'stg_hubspot__email_deliveries'),
    ('hubspot', 'stg_hubspot__email_opens'),
    ('hubspot', 'stg_hubspot__email_clicks'),
    ('hubspot', 'stg_hubspot__forms'),
    ('web', 'int_touchpoints__web_visitors'),
] %}
-- depends_on: {{ ref('int_identity__lead_records') }}
-- depends_on: {{ ref('int_identity__email_owners') }}
{% for system, model in noted if uses(system) %}
-- depends_on: {{ ref(model) }}
{% endfor %}
{% set changed_emails %}
(select source_record_id from {{ changed_records(['email']) }} as changed)
{%- endset %}
with

listed as (

    select
        source_system,
        -- what the tables of email events say of an event has its id
        case when source_object like 'email_event%' then 'email_event' else source_object end
            as source_object,
        source_record_id
    from {{ changed_records() }} as changed

    {% if uses('web') %}
    union

    select
        source_system,
        'sessions' as source_object,
        source_record_id
    from {{ ref('stg_web__sessions') }}
    where lower(trim(email)) in {{ changed_emails }}

    union

    select
        sessions.source_system,
        'sessions' as source_object,
        sessions.source_record_id
    from {{ ref('stg_web__sessions') }} as sessions
    inner join {{ changed_records(['visitor']) }} as changed
        on
            sessions.source_system = changed.source_system
            and sessions.visitor_id = changed.source_record_id
    {% endif %}

    {% if uses('hubspot') %}
    union

    select
        source_system,
        'email_event' as source_object,
        source_record_id
    from {{ ref('stg_hubspot__email_events') }}
    where lower(trim(recipient_email)) in {{ changed_emails }}

    {% for object, column in [('contact', 'contact_id'), ('form', 'form_id')] %}
    union

    select
        submissions.source_system,
        'contact_form_submission' as source_object,
        submissions.source_record_id
    from {{ ref('stg_hubspot__contact_form_submissions') }} as submissions
    inner join {{ changed_records([object]) }} as changed
        on
            submissions.source_system = changed.source_system
            and submissions.{{ column }} = changed.source_record_id
    {% endfor %}
    {% endif %}

),

final as (

    select * from listed

    union

    -- a session gives a visit and, where a form was sent in it, a second touch
    select
        source_system,
        'session_forms' as source_object,
        source_record_id
    from listed
    where source_object = 'sessions'

)

select * from final
