{{ config(enabled=uses('web'), **built_by_record('int_changes__records')) }}

{% set touches = [
    {'step': 'visits', 'object': 'sessions', 'occurred_at': 'started_at', 'type': "'visit'"},
    {'step': 'forms', 'object': 'session_forms', 'occurred_at': 'form_submitted_at',
     'type': "case when lower(form_name) like '%demo%' then 'demo' else 'form' end"},
] %}

-- Visits of the web site and the forms sent in them, by whoever is known behind the visitor.
-- depends_on: {{ ref('int_changes__records') }}
with

sessions as (

    select * from {{ ref('stg_web__sessions') }}
    where {{ is_listed('int_changes__records', object="'sessions'") }}

),

people as (

    select * from {{ ref('int_identity__email_owners') }}

),

-- few sites refer, many visits come from them
referrers as (

    select
        referrer,
        {{ url_domain('referrer') }} as referrer_domain
    from sessions
    where referrer is not null
    group by referrer

),

{% for touch in touches %}
{{ touch.step }} as (

    select
        sessions.source_system,
        '{{ touch.object }}' as source_object,
        sessions.source_record_id,
        coalesce(people.lead_key, visitors.lead_key) as lead_key,
        cast(null as bigint) as account_key,
        cast(null as bigint) as opportunity_key,
        sessions.{{ touch.occurred_at }} as occurred_at,
        'second' as time_precision,
        {{ touch.type }} as touch_type,
        cast(null as {{ dbt.type_string() }}) as touch_class,
        true as is_response,
        cast(null as {{ dbt.type_string() }}) as channel,
        sessions.source,
        sessions.medium,
        case
            when sessions.gclid is not null then 'google'
            when sessions.msclkid is not null then 'microsoft'
            when sessions.li_fat_id is not null then 'linkedin'
            when sessions.fbclid is not null then 'facebook'
        end as click_network,
        referrers.referrer_domain as referrer,
        cast(null as {{ dbt.type_string() }}) as campaign_id,
        sessions.utm_campaign,
        -- a query string may carry personal data
        coalesce(sessions.content, split_part(sessions.landing_page_url, '?', 1)) as content,
        false as is_inferred
    from sessions
    left join people on lower(trim(sessions.email)) = people.email_normalized
    left join {{ ref('int_touchpoints__web_visitors') }} as visitors
        on
            sessions.source_system = visitors.source_system
            and sessions.visitor_id = visitors.visitor_id
    left join referrers on sessions.referrer = referrers.referrer
    where not sessions.is_source_deleted and sessions.{{ touch.occurred_at }} is not null

),

{% endfor %}
final as (

    {% for touch in touches %}
    select * from {{ touch.step }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select * from final
