{{ config(enabled=uses('hubspot'), **built_by_record('int_changes__records')) }}

-- Forms, marketing emails and held meetings of HubSpot.
with

email_events as (

    select * from {{ ref('int_touchpoints__hubspot_email_events') }}
    where {{ is_listed('int_changes__records') }}

),

submissions as (

    select
        submissions.*,
        coalesce(forms.form_name, submissions.form_title) as form_name,
        lead_records.lead_key
    from {{ ref('stg_hubspot__contact_form_submissions') }} as submissions
    left join {{ ref('stg_hubspot__forms') }} as forms
        on
            submissions.source_system = forms.source_system
            and submissions.form_id = forms.source_record_id
    left join {{ ref('int_identity__lead_records') }} as lead_records
        on
            {{ record_key('submissions.source_system', 'contact', 'submissions.contact_id') }}
            = lead_records.record_key
    where
        {{ is_listed(
            'int_changes__records', 'submissions.source_system', "'contact_form_submission'",
            'submissions.source_record_id'
        ) }}

),

described as (

    -- the page of a form says by its parameters what brought the visitor
    select
        source_system,
        'contact_form_submission' as source_object,
        source_record_id,
        lead_key,
        cast(null as bigint) as opportunity_key,
        occurred_at,
        'form' as touch_type,
        case when lower(form_name) like '%demo%' then 'commitment' end as touch_class,
        true as is_response,
        {{ url_parameter('page_url', 'utm_source') }} as source,
        {{ url_parameter('page_url', 'utm_medium') }} as medium,
        case
            {%- for parameter, network in {
                'gclid': 'google', 'msclkid': 'microsoft', 'li_fat_id': 'linkedin',
                'fbclid': 'facebook',
            }.items() %}
            when {{ url_parameter('page_url', parameter) }} is not null then '{{ network }}'
            {%- endfor %}
        end as click_network,
        cast(null as {{ dbt.type_string() }}) as campaign_id,
        {{ url_parameter('page_url', 'utm_campaign') }} as utm_campaign,
        form_name as content
    from submissions

    union all

    select
        source_system,
        source_object,
        source_record_id,
        lead_key,
        cast(null as bigint) as opportunity_key,
        occurred_at,
        touch_type,
        cast(null as {{ dbt.type_string() }}) as touch_class,
        is_response,
        cast(null as {{ dbt.type_string() }}) as source,
        'email' as medium,
        cast(null as {{ dbt.type_string() }}) as click_network,
        campaign_id,
        cast(null as {{ dbt.type_string() }}) as utm_campaign,
        content
    from email_events

    union all

    select
        source_system,
        source_object,
        source_record_id,
        lead_key,
        opportunity_key,
        occurred_at,
        'meeting' as touch_type,
        cast(null as {{ dbt.type_string() }}) as touch_class,
        true as is_response,
        cast(null as {{ dbt.type_string() }}) as source,
        cast(null as {{ dbt.type_string() }}) as medium,
        cast(null as {{ dbt.type_string() }}) as click_network,
        cast(null as {{ dbt.type_string() }}) as campaign_id,
        cast(null as {{ dbt.type_string() }}) as utm_campaign,
        content
    from {{ ref('int_touchpoints__hubspot_meetings') }}
    where {{ is_listed('int_changes__records') }}

),

final as (

    select
        described.*,
        cast(null as bigint) as account_key,
        'second' as time_precision,
        cast(null as {{ dbt.type_string() }}) as channel,
        '(not given)' as referrer,
        false as is_inferred
    from described

)

select * from final
