{{ config(materialized='view') }}

-- Every staged record that has an id, with its place and what it says. A view: the marts keep what
-- they need of it, exceptions look up a few.
{% set unnamed_objects = [
    'campaign_stats', 'campaign_history', 'account_history', 'opportunity_contact_role',
    'opportunity_leads', 'score_events', 'fx_rates', 'campaign_member_status', 'currency_type',
    'dated_conversion_rate', 'ad_analytics_by_campaign', 'basic_ad', 'owner_team', 'team',
] %}
{# records of which releases are compared by content #}
{% set compared_objects = [
    'lead', 'contact', 'leads', 'opportunity', 'deal', 'opportunities', 'lead_history',
    'opportunity_history', 'opportunity_field_history', 'contact_property_history', 'deal_stage',
    'deal_property_history', 'stage_events',
] %}
{# a platform's spend is sums of its rows: no mart names one of them #}
{% set summed_systems = ['google_ads', 'linkedin_ads', 'meta_ads'] %}
{% set named = [] %}
{% for table in staged_tables() %}
{% if table.object not in unnamed_objects and not table.model.endswith('__spend') %}
{% do named.append({
    'system': table.system, 'object': table.object, 'model': table.model, 'condition': 'true',
}) %}
{% endif %}
{# a session gives a visit and, where a form was sent in it, a second touch #}
{% if table.object == 'sessions' %}
{% do named.append({
    'system': table.system, 'object': 'session_forms', 'model': table.model,
    'condition': 'form_submitted_at is not null',
}) %}
{% endif %}
{% endfor %}

with

records as (

    {% for table in named %}
    select
        records.source_system,
        '{{ table.object }}' as source_object,
        records.source_record_id,
        records.source_file,
        records.source_line,
        {% if table.object in compared_objects -%}
        records.content_key,
        {%- else -%}
        cast(null as bigint) as content_key,
        {%- endif %}
        {{ table.system not in summed_systems }} as is_named_in_marts
    from {{ ref(table.model) }} as records
    where {{ table.condition }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select * from records
