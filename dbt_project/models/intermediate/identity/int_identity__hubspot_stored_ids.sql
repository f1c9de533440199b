{{ config(enabled=uses('hubspot')) }}

-- Ids of Salesforce leads and contacts that HubSpot keeps on its contacts, in 18 characters.
with

contacts as (

    select * from {{ ref('stg_hubspot__contacts') }}

),

final as (

    {% for column in ['salesforce_lead_id', 'salesforce_contact_id'] %}
    select
        {{ record_key('source_system', 'contact', 'source_record_id') }} as record_key,
        split_part(source_system, '@', 2) as org,
        {{ salesforce_id_18(column) }} as salesforce_id
    from contacts
    where {{ column }} is not null
    {% if not loop.last %}union{% endif %}
    {% endfor %}

)

select * from final
