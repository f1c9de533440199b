{# a view: one reader wants the campaign parameters, one the rest #}
{{ config(materialized='view') }}

{% set columns = [
    'source_system', 'source_object', 'source_record_id', 'lead_key', 'account_key',
    'opportunity_key', 'occurred_at', 'time_precision', 'touch_type', 'touch_class', 'is_response',
    'channel', 'source', 'medium', 'click_network', 'referrer', 'campaign_id', 'utm_campaign',
    'content', 'is_inferred',
] %}

-- Touches of every system in the inner contract, before channels and duplicates. Only web
-- sessions know that a referrer was empty; everywhere else it is '(not given)', so that nothing
-- but a visit can be direct.
with

touches as (

    {% if uses('salesforce') %}
    select {{ columns | join(', ') }} from {{ ref('int_touchpoints__crm_touches') }}
    union all
    {% endif %}

    {% if uses('hubspot') %}
    select {{ columns | join(', ') }} from {{ ref('int_touchpoints__hubspot_touches') }}
    union all
    {% endif %}

    {% if uses('web') %}
    select {{ columns | join(', ') }} from {{ ref('int_touchpoints__web_touches') }}
    union all
    {% endif %}

    {% if uses('generic') %}
    select {{ columns | join(', ') }} from {{ ref('int_touchpoints__generic_touches') }}
    union all
    {% endif %}

    select {{ columns | join(', ') }} from {{ ref('int_touchpoints__record_source_touches') }}

)

select * from touches
