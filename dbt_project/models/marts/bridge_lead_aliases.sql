with

lead_records as (

    select * from {{ ref('int_identity__lead_records') }}

),

final as (

    select
        cast({{ public_id('record_key') }} as {{ dbt.type_string() }}) as alias_id,
        cast(source_system as {{ dbt.type_string() }}) as source_system,
        cast(source_object as {{ dbt.type_string() }}) as source_object,
        cast(source_record_id as {{ dbt.type_string() }}) as source_record_id,
        cast({{ public_id('lead_key') }} as {{ dbt.type_string() }}) as lead_id,
        -- the address itself stays in the warehouse; its key still finds a person by email
        cast({{ public_id(stable_key(["email_normalized"])) }} as {{ dbt.type_string() }})
            as email_key,
        cast(is_source_deleted or merged_into_key is not null as boolean) as is_source_deleted
    from lead_records

)

select * from final
