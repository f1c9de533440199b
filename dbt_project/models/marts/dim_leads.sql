with

leads as (

    select * from {{ ref('int_identity__leads') }}
    where is_live

),

classes as (

    select * from {{ ref('int_identity__record_classes') }}

),

owners as (

    select * from {{ ref('int_identity__owners_unioned') }}

),

final as (

    select
        cast({{ public_id('leads.lead_key') }} as {{ dbt.type_string() }}) as lead_id,
        cast(leads.source_system as {{ dbt.type_string() }}) as source_system,
        cast(leads.source_object as {{ dbt.type_string() }}) as source_object,
        cast(leads.source_record_id as {{ dbt.type_string() }}) as source_record_id,
        cast(classes.record_class as {{ dbt.type_string() }}) as record_class,
        cast(leads.created_at as timestamp) as created_at,
        cast({{ public_id('leads.account_key') }} as {{ dbt.type_string() }}) as account_id,
        cast(leads.account_method as {{ dbt.type_string() }}) as account_method,
        cast(leads.full_name as {{ dbt.type_string() }}) as full_name,
        -- the address itself stays in the warehouse; its key still finds a person by email
        cast({{ public_id(stable_key(["leads.email_normalized"])) }} as {{ dbt.type_string() }})
            as email_key,
        cast(split_part(leads.email_normalized, '@', 2) as {{ dbt.type_string() }}) as email_domain,
        cast(leads.company_name as {{ dbt.type_string() }}) as company_name,
        cast(leads.country as {{ dbt.type_string() }}) as country,
        cast(owners.owner_name as {{ dbt.type_string() }}) as owner_name,
        cast(leads.first_source as {{ dbt.type_string() }}) as lead_source,
        cast(leads.self_reported_source as {{ dbt.type_string() }}) as self_reported_source,
        cast(leads.record_count as bigint) as record_count,
        cast(classes.is_contacted as boolean) as is_contacted
    from leads
    inner join classes on leads.lead_key = classes.lead_key
    left join owners on leads.owner_key = owners.owner_key

)

select * from final
