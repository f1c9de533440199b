-- File and line of the records that exceptions name.
{% set unnamed_objects = [
    'campaign_stats', 'campaign_history', 'account_history', 'opportunity_contact_role',
    'opportunity_leads', 'score_events', 'fx_rates', 'campaign_member_status',
    'currency_type', 'dated_conversion_rate', 'ad_analytics_by_campaign', 'basic_ad',
    'owner_team', 'team',
] %}
{% set named = [] %}
{% for table in staged_tables() %}
{% if table.object not in unnamed_objects and not table.model.endswith('__spend') %}
{% do named.append({'object': table.object, 'model': table.model}) %}
{% endif %}
{# a session gives a visit and, where a form was sent in it, a second touch #}
{% if table.object == 'sessions' %}
{% do named.append({'object': 'session_forms', 'model': table.model}) %}
{% endif %}
{% endfor %}

with

wanted as (

    select distinct
        source_system,
        source_object,
        source_record_id
    from {{ ref('int_quality__suspicious_records') }}

),

places as (

    {% for table in named %}
    select
        places.source_system,
        '{{ table.object }}' as source_object,
        places.source_record_id,
        places.source_file,
        places.source_line
    from {{ ref(table.model) }} as places
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

final as (

    select places.*
    from places
    inner join wanted
        on
            places.source_system = wanted.source_system
            and places.source_record_id = wanted.source_record_id
            and places.source_object = wanted.source_object

)

select * from final
