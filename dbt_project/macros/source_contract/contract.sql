{# The contract of a source table, read from its YAML (config.meta and columns). #}
{% macro source_contract(system, object) -%}
    {%- for node in graph.sources.values() if node.source_name == system and node.name == object -%}
        {%- set meta = node.config.meta or node.meta -%}
        {{ return({
            'key': meta.key or [],
            'version': meta.version,
            'required': ((meta.required or []) + (meta.key or [])) | unique | list,
            'required_one_of': meta.required_one_of or [],
            'history': [meta.history] if meta.history else [],
            'invert': meta.invert or false,
            'replaces': meta.replaces or [],
            'columns': node.columns.values() | list,
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

{# A raw text cell as the type that the contract declares. #}
{% macro contracted_cell(column) -%}
    {%- set meta = column.config.meta or column.meta or {} -%}
    {%- if column.data_type == 'timestamp' -%}
        {{ try_cast_utc(column.name) }}
    {%- elif column.data_type == 'date' -%}
        {{ try_cast_date(column.name) }}
    {%- elif column.data_type == 'decimal' -%}
        {{ try_cast_decimal(column.name, meta.get('scale', 2)) }}
    {%- elif column.data_type == 'integer' -%}
        {{ try_cast_integer(column.name) }}
    {%- elif column.data_type == 'double' -%}
        {{ try_cast_double(column.name) }}
    {%- elif column.data_type == 'boolean' -%}
        {{ try_cast_boolean(column.name) }}
    {%- else -%}
        nullif(trim({{ column.name }}), '')
    {%- endif -%}
{%- endmacro %}

{# The cells of a contract's choice (`required_one_of`), each list as one condition: none of them
   has a value of its type. #}
{% macro missing_choices(contract) -%}
    {%- set conditions = [] -%}
    {%- for names in contract.required_one_of -%}
        {%- set cells = [] -%}
        {%- for column in contract.columns if column.name in names -%}
            {%- do cells.append('(' ~ contracted_cell(column) ~ ') is null') -%}
        {%- endfor -%}
        {%- do conditions.append('(' ~ cells | join(' and ') ~ ')') -%}
    {%- endfor -%}
    {{ return(conditions) }}
{%- endmacro %}

{# The same of a row that has its types already. #}
{% macro is_complete(contract) -%}
    {%- set conditions = ['true'] -%}
    {%- for name in contract.required -%}
        {%- do conditions.append(name ~ ' is not null') -%}
    {%- endfor -%}
    {%- for names in contract.required_one_of -%}
        {%- do conditions.append('(' ~ names | join(' is not null or ') ~ ' is not null)') -%}
    {%- endfor -%}
    {{ conditions | join(' and ') }}
{%- endmacro %}

{# Within one extract a connector's active version of a record comes before its inactive ones. #}
{% macro active_first(contract) -%}
    {%- if '_fivetran_active' in contract.columns | map(attribute='name') -%}
        coalesce(_fivetran_active, true) desc,
    {%- endif -%}
{%- endmacro %}

{# The condition under which a row of raw text can be staged: every required cell has a value of
   its type. #}
{% macro is_stageable(contract) -%}
    {%- set conditions = [] -%}
    {%- for column in contract.columns if column.name in contract.required -%}
        {%- do conditions.append('(' ~ contracted_cell(column) ~ ') is not null') -%}
    {%- endfor -%}
    {%- for condition in missing_choices(contract) -%}
        {%- do conditions.append('not ' ~ condition) -%}
    {%- endfor -%}
    {{ conditions | join(' and ') if conditions else 'true' }}
{%- endmacro %}
