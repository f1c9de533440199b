-- Accounts in the inner contract, and the domain of their website.
with

accounts as (

    {% if uses('salesforce') %}
    select
        source_system,
        source_record_id,
        {{ record_key('source_system', 'account', 'source_record_id') }} as account_key,
        {{ record_key('source_system', 'account', 'master_record_id') }} as merged_into_key,
        account_name,
        website,
        industry,
        employee_count,
        country,
        created_at,
        cast(null as timestamp) as ended_at,
        is_source_deleted
    from {{ ref('stg_salesforce__accounts') }}
    {% endif %}

    {% if uses('hubspot') %}
    {% if uses('salesforce') %}union all{% endif %}

    select
        source_system,
        source_record_id,
        account_key,
        merged_into_key,
        account_name,
        website,
        industry,
        employee_count,
        country,
        created_at,
        ended_at,
        is_source_deleted
    from {{ ref('int_identity__hubspot_accounts') }}
    {% endif %}

    {% if uses('generic') %}
    {% if uses('salesforce') or uses('hubspot') %}union all{% endif %}

    select
        source_system,
        source_record_id,
        {{ record_key('source_system', 'account', 'source_record_id') }} as account_key,
        cast(null as bigint) as merged_into_key,
        account_name,
        website,
        industry,
        employee_count,
        cast(null as {{ dbt.type_string() }}) as country,
        created_at,
        ended_at,
        is_source_deleted
    from {{ ref('stg_generic__accounts') }}
    {% endif %}

),

final as (

    select
        *,
        {{ url_domain('website') }} as website_domain
    from accounts

)

select * from final
