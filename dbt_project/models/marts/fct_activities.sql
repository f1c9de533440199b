with

activities as (

    select * from {{ ref('int_lifecycle__activities_unioned') }}
    where occurred_at is not null

),

final as (

    select
        cast({{ public_id('activity_key') }} as {{ dbt.type_string() }}) as activity_id,
        cast({{ public_id('lead_key') }} as {{ dbt.type_string() }}) as lead_id,
        cast(occurred_at as timestamp) as occurred_at,
        cast(activity_type as {{ dbt.type_string() }}) as activity_type,
        cast(direction as {{ dbt.type_string() }}) as direction,
        cast(is_human as boolean) as is_human,
        cast(source_system as {{ dbt.type_string() }}) as source_system,
        cast(source_object as {{ dbt.type_string() }}) as source_object,
        cast(source_record_id as {{ dbt.type_string() }}) as source_record_id
    from activities

)

select * from final
