-- Owners of records in the inner contract.
with

owners as (

    {% if uses('salesforce') %}
    select
        source_system,
        source_record_id,
        owner_name
    from {{ ref('stg_salesforce__users') }}
    {% endif %}

    {% if uses('hubspot') %}
    {% if uses('salesforce') %}union all{% endif %}

    select
        source_system,
        source_record_id,
        owner_name
    from {{ ref('stg_hubspot__owners') }}
    {% endif %}

    {% if uses('generic') %}
    {% if uses('salesforce') or uses('hubspot') %}union all{% endif %}

    select
        source_system,
        source_record_id,
        owner_name
    from {{ ref('stg_generic__owners') }}
    {% endif %}

),

final as (

    select
        {{ record_key('source_system', 'owner', 'source_record_id') }} as owner_key,
        owner_name
    from owners

)

select * from final
