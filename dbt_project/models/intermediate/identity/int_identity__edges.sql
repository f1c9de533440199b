-- What says that two records are one person, and by which evidence.
with

records as (

    select * from {{ ref('int_identity__person_records_unioned') }}

),

refused_emails as (

    select * from {{ ref('int_identity__refused_emails') }}

),

-- a star around the smallest key joins all records of an email with the fewest edges
email_hubs as (

    select
        records.email_normalized,
        min(records.record_key) as hub_key
    from records
    left join refused_emails on records.email_normalized = refused_emails.email_normalized
    where
        records.email_normalized is not null
        and refused_emails.email_normalized is null
    group by records.email_normalized
    having count(*) > 1

),

email_edges as (

    select
        records.record_key as left_key,
        email_hubs.hub_key as right_key,
        'email' as method
    from records
    inner join email_hubs on records.email_normalized = email_hubs.email_normalized
    where records.record_key != email_hubs.hub_key

),

conversion_edges as (

    select
        records.record_key as left_key,
        contacts.record_key as right_key,
        'conversion' as method
    from records
    inner join records as contacts on records.converted_contact_key = contacts.record_key

),

merge_edges as (

    select
        records.record_key as left_key,
        survivors.record_key as right_key,
        'merge' as method
    from records
    inner join records as survivors on records.merged_into_key = survivors.record_key

),

{% if uses('hubspot') and uses('salesforce') %}
-- what HubSpot's sync wrote down: it syncs with the org of the same name, and other orgs (a
-- sandbox, say) may have the same ids
stored_id_edges as (

    select
        stored_ids.record_key as left_key,
        records.record_key as right_key,
        'stored_salesforce_id' as method
    from {{ ref('int_identity__hubspot_stored_ids') }} as stored_ids
    inner join records
        on
            stored_ids.salesforce_id = {{ salesforce_id_18('records.source_record_id') }}
            and split_part(records.source_system, '@', 1) = 'salesforce'
            and split_part(records.source_system, '@', 2) = stored_ids.org

),
{% endif %}

final as (

    select * from email_edges
    union all
    select * from conversion_edges
    union all
    select * from merge_edges
    {% if uses('hubspot') and uses('salesforce') %}
    union all
    select * from stored_id_edges
    {% endif %}

)

select * from final
