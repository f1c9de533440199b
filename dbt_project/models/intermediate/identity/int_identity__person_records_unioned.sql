-- Every record that a system keeps on a person, in the inner contract.
with

records as (

    {% if uses('salesforce') %}
    select
        source_system,
        'lead' as source_object,
        source_record_id,
        {{ record_key('source_system', 'lead', 'source_record_id') }} as record_key,
        {{ record_key('source_system', 'lead', 'master_record_id') }} as merged_into_key,
        {{ record_key('source_system', 'contact', 'converted_contact_id') }}
            as converted_contact_key,
        {{ record_key('source_system', 'account', 'converted_account_id') }}
            as converted_account_key,
        cast(null as bigint) as account_key,
        {{ record_key('source_system', 'opportunity', 'converted_opportunity_id') }}
            as converted_opportunity_key,
        case when is_converted then {{ end_of_day_utc('converted_date') }} end as converted_at,
        'day' as converted_precision,
        email,
        full_name,
        company_name,
        country,
        source,
        status,
        status_reason,
        self_reported_source,
        {{ record_key('source_system', 'owner', 'owner_id') }} as owner_key,
        created_at,
        is_source_deleted,
        source_file,
        source_line
    from {{ ref('stg_salesforce__leads') }}

    union all

    select
        source_system,
        'contact' as source_object,
        source_record_id,
        {{ record_key('source_system', 'contact', 'source_record_id') }} as record_key,
        {{ record_key('source_system', 'contact', 'master_record_id') }} as merged_into_key,
        cast(null as bigint) as converted_contact_key,
        cast(null as bigint) as converted_account_key,
        {{ record_key('source_system', 'account', 'account_id') }} as account_key,
        cast(null as bigint) as converted_opportunity_key,
        cast(null as timestamp) as converted_at,
        cast(null as {{ dbt.type_string() }}) as converted_precision,
        email,
        full_name,
        cast(null as {{ dbt.type_string() }}) as company_name,
        country,
        source,
        {%- for column in ['status', 'status_reason', 'self_reported_source'] %}
        cast(null as {{ dbt.type_string() }}) as {{ column }},
        {%- endfor %}
        {{ record_key('source_system', 'owner', 'owner_id') }} as owner_key,
        created_at,
        is_source_deleted,
        source_file,
        source_line
    from {{ ref('stg_salesforce__contacts') }}
    {% endif %}

    {% if uses('hubspot') %}
    {% if uses('salesforce') %}union all{% endif %}

    select
        source_system,
        source_object,
        source_record_id,
        record_key,
        merged_into_key,
        converted_contact_key,
        converted_account_key,
        account_key,
        converted_opportunity_key,
        converted_at,
        converted_precision,
        email,
        full_name,
        company_name,
        country,
        source,
        status,
        status_reason,
        self_reported_source,
        owner_key,
        created_at,
        is_source_deleted,
        source_file,
        source_line
    from {{ ref('int_identity__hubspot_person_records') }}
    {% endif %}

    {% if uses('generic') %}
    {% if uses('salesforce') or uses('hubspot') %}union all{% endif %}

    select
        source_system,
        'leads' as source_object,
        source_record_id,
        {{ record_key('source_system', 'lead', 'source_record_id') }} as record_key,
        {{ record_key('source_system', 'lead', 'merged_into_lead_id') }} as merged_into_key,
        cast(null as bigint) as converted_contact_key,
        cast(null as bigint) as converted_account_key,
        {{ record_key('source_system', 'account', 'account_id') }} as account_key,
        {{ record_key('source_system', 'opportunity', 'converted_opportunity_id') }}
            as converted_opportunity_key,
        converted_at,
        'second' as converted_precision,
        email,
        full_name,
        company_name,
        country,
        source,
        status,
        status_reason,
        self_reported_source,
        {{ record_key('source_system', 'owner', 'owner_id') }} as owner_key,
        created_at,
        is_source_deleted,
        source_file,
        source_line
    from {{ ref('stg_generic__leads') }}
    {% endif %}

),

final as (

    select
        *,
        -- dots and +tags are kept: they may be different people
        case when email like '%_@_%' then lower(trim(email)) end as email_normalized,
        lower(trim(full_name)) as name_normalized
    from records

)

select * from final
