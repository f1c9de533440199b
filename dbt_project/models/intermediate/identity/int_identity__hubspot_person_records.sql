{{ config(enabled=uses('hubspot')) }}

-- Contacts of HubSpot in the inner contract. A contact that was merged away and is gone is a record
-- still: its history, touches and deals were written under its id.
with

contacts as (

    select * from {{ ref('stg_hubspot__contacts') }}

),

merged as (

    select * from {{ ref('int_identity__hubspot_merges') }}

),

-- a merge of two contacts that no extract has says nothing of anybody
gone as (

    select
        merged.source_system,
        merged.merged_contact_id
    from merged
    left join contacts
        on
            merged.source_system = contacts.source_system
            and merged.merged_contact_id = contacts.source_record_id
    left join merged as next_merged
        on
            merged.source_system = next_merged.source_system
            and merged.surviving_contact_id = next_merged.merged_contact_id
    where
        contacts.source_record_id is null
        and (merged.is_survivor_known or next_merged.is_survivor_known)

),

records as (

    select
        source_system,
        source_record_id,
        company_id,
        email,
        full_name,
        company_name,
        country,
        -- PAID_SEARCH: the words of a source, as the channel rules know them
        lower(replace(source, '_', ' ')) as source,
        lifecycle_stage as status,
        status_reason,
        self_reported_source,
        owner_id,
        created_at,
        is_source_deleted,
        source_file,
        source_line
    from contacts

    union all

    select
        source_system,
        merged_contact_id as source_record_id,
        {%- for column in [
            'company_id', 'email', 'full_name', 'company_name', 'country', 'source', 'status',
            'status_reason', 'self_reported_source', 'owner_id',
        ] %}
        cast(null as {{ dbt.type_string() }}) as {{ column }},
        {%- endfor %}
        cast(null as timestamp) as created_at,
        false as is_source_deleted,
        cast(null as {{ dbt.type_string() }}) as source_file,
        cast(null as bigint) as source_line
    from gone

),

final as (

    select
        records.source_system,
        'contact' as source_object,
        records.source_record_id,
        {{ record_key('records.source_system', 'contact', 'records.source_record_id') }}
            as record_key,
        {{ record_key('records.source_system', 'contact', 'merged.surviving_contact_id') }}
            as merged_into_key,
        cast(null as bigint) as converted_contact_key,
        cast(null as bigint) as converted_account_key,
        {{ record_key('records.source_system', 'account', 'records.company_id') }} as account_key,
        cast(null as bigint) as converted_opportunity_key,
        cast(null as timestamp) as converted_at,
        cast(null as {{ dbt.type_string() }}) as converted_precision,
        records.email,
        records.full_name,
        records.company_name,
        records.country,
        records.source,
        records.status,
        records.status_reason,
        records.self_reported_source,
        {{ record_key('records.source_system', 'owner', 'records.owner_id') }} as owner_key,
        records.created_at,
        records.is_source_deleted,
        records.source_file,
        records.source_line
    from records
    left join merged
        on
            records.source_system = merged.source_system
            and records.source_record_id = merged.merged_contact_id

)

select * from final
