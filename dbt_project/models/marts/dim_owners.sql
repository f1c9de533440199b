with

owners as (

    select * from {{ ref('int_identity__owners_unioned') }}

),

final as (

    select
        cast({{ public_id('owner_key') }} as {{ dbt.type_string() }}) as owner_id,
        cast(source_system as {{ dbt.type_string() }}) as source_system,
        cast(source_object as {{ dbt.type_string() }}) as source_object,
        cast(source_record_id as {{ dbt.type_string() }}) as source_record_id,
        cast(owner_name as {{ dbt.type_string() }}) as owner_name,
        cast(team as {{ dbt.type_string() }}) as team,
        cast(time_zone as {{ dbt.type_string() }}) as time_zone,
        cast(is_active as boolean) as is_active
    from owners

)

select * from final
