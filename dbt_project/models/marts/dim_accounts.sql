with

accounts as (

    select * from {{ ref('int_identity__accounts_unioned') }}
    where not is_source_deleted

),

final as (

    select
        cast({{ public_id('account_key') }} as {{ dbt.type_string() }}) as account_id,
        cast(source_system as {{ dbt.type_string() }}) as source_system,
        cast(source_record_id as {{ dbt.type_string() }}) as source_record_id,
        cast(account_name as {{ dbt.type_string() }}) as account_name,
        cast(website_domain as {{ dbt.type_string() }}) as website_domain,
        cast(industry as {{ dbt.type_string() }}) as industry,
        cast(employee_count as bigint) as employee_count,
        cast({{ employee_band('employee_count') }} as {{ dbt.type_string() }}) as employee_band,
        cast(country as {{ dbt.type_string() }}) as country,
        cast(created_at as timestamp) as created_at,
        cast(ended_at as timestamp) as ended_at
    from accounts

)

select * from final
