{# The contract of a source table, read from its YAML (config.meta and columns). #}
{% macro source_contract(system, object) -%}
    {%- for node in graph.sources.values() if node.source_name == system and node.name == object -%}
        {%- set meta = node.config.meta or node.meta -%}
        {%- set columns = [] -%}
        {%- for column in node.columns.values() -%}
            {%- set column_meta = column.config.meta or column.meta or {} -%}
            {%- do columns.append({
                'name': column.name,
                'data_type': column.data_type,
                'meta': column_meta,
                'placeholders': column_meta.get('placeholders', meta.placeholders or []),
            }) -%}
        {%- endfor -%}
        {%- set tombstone = meta.tombstone or [] -%}
        {{ return({
            'key': meta.key or [],
            'version': meta.version,
            'required': ((meta.required or []) + (meta.key or [])) | unique | list,
            'required_one_of': meta.required_one_of or [],
            'history': meta.history,
            'active': meta.active,
            'invert': meta.invert or false,
            'replaces': meta.replaces or [],
            'extract': meta.extract or 'delta',
            'tombstone': [tombstone] if tombstone is string else tombstone,
            'columns': columns,
        }) }}
    {%- endfor -%}
    {{ exceptions.raise_compiler_error('no source contract for ' ~ system ~ '.' ~ object) }}
{%- endmacro %}

{# Every contracted table of the systems in use with the staging model that reads it. #}
{% macro staged_tables() -%}
    {%- set staged = {
        'salesforce': {
            'lead': 'leads', 'lead_history': 'lead_histories', 'contact': 'contacts',
            'account': 'accounts', 'opportunity': 'opportunities',
            'opportunity_history': 'opportunity_histories',
            'opportunity_contact_role': 'opportunity_contact_roles', 'campaign': 'campaigns',
            'campaign_member': 'campaign_members', 'task': 'tasks', 'user': 'users',
            'campaign_member_status': 'campaign_member_statuses', 'event': 'events',
            'opportunity_field_history': 'opportunity_field_histories',
            'currency_type': 'currency_types', 'dated_conversion_rate': 'dated_conversion_rates',
        },
        'hubspot': {
            'contact': 'contacts', 'contact_property_history': 'contact_property_histories',
            'contact_merge_audit': 'contact_merges', 'company': 'companies', 'deal': 'deals',
            'deal_stage': 'deal_stages', 'deal_property_history': 'deal_property_histories',
            'deal_contact': 'deal_contacts', 'deal_company': 'deal_companies',
            'merged_deal': 'merged_deals', 'deal_pipeline': 'deal_pipelines',
            'deal_pipeline_stage': 'deal_pipeline_stages', 'form': 'forms',
            'contact_form_submission': 'contact_form_submissions',
            'email_campaign': 'email_campaigns', 'email_event': 'email_events',
            'email_event_sent': 'email_sends', 'email_event_delivered': 'email_deliveries',
            'email_event_open': 'email_opens', 'email_event_click': 'email_clicks',
            'engagement': 'engagements', 'engagement_call': 'engagement_calls',
            'engagement_email': 'engagement_emails', 'engagement_meeting': 'engagement_meetings',
            'engagement_task': 'engagement_tasks', 'engagement_contact': 'engagement_contacts',
            'engagement_deal': 'engagement_deals', 'owner': 'owners',
            'owner_team': 'owner_teams', 'team': 'teams',
        },
        'google_ads': {
            'campaign_stats': 'campaign_stats', 'campaign_history': 'campaign_histories',
            'account_history': 'account_histories',
        },
        'linkedin_ads': {
            'ad_analytics_by_campaign': 'campaign_reports',
            'campaign_history': 'campaign_histories',
            'campaign_group_history': 'campaign_group_histories',
            'account_history': 'account_histories',
        },
        'meta_ads': {
            'basic_ad': 'ad_reports', 'ad_history': 'ad_histories',
            'ad_set_history': 'ad_set_histories', 'campaign_history': 'campaign_histories',
            'account_history': 'account_histories',
        },
        'web': {'sessions': 'sessions'},
        'generic': {
            'leads': 'leads', 'accounts': 'accounts', 'opportunities': 'opportunities',
            'opportunity_leads': 'opportunity_leads', 'stage_events': 'stage_events',
            'touches': 'touches', 'activities': 'activities', 'campaigns': 'campaigns',
            'score_events': 'score_events',
            'spend': 'spend', 'fx_rates': 'fx_rates', 'owners': 'owners',
        },
    } -%}
    {%- set tables = [] -%}
    {%- for system in var('systems') -%}
        {%- if system not in staged -%}
            {{ exceptions.raise_compiler_error(
                'the variable systems names ' ~ system
                ~ ', which macro staged_tables (macros/source_contract/contract.sql) does not list'
            ) }}
        {%- endif -%}
        {%- for object, entities in staged[system].items() -%}
            {%- do tables.append({
                'system': system, 'object': object, 'model': 'stg_' ~ system ~ '__' ~ entities,
            }) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(tables) }}
{%- endmacro %}
