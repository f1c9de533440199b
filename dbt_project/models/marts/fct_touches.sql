{{ config(**built_by_key('touch', 'touch_id')) }}

with

touches as (

    select * from {{ ref('int_touchpoints__touches') }}
    where
        not is_duplicate
        and not is_source_redundant
        and {{ is_changed('touch', 'touch_key') }}

),

final as (

    select
        cast({{ public_id('touch_key') }} as {{ dbt.type_string() }}) as touch_id,
        cast({{ public_id('lead_key') }} as {{ dbt.type_string() }}) as lead_id,
        cast({{ public_id('account_key') }} as {{ dbt.type_string() }}) as account_id,
        cast({{ public_id('opportunity_key') }} as {{ dbt.type_string() }}) as opportunity_id,
        cast(occurred_at as timestamp) as occurred_at,
        cast(time_precision as {{ dbt.type_string() }}) as time_precision,
        cast(channel as {{ dbt.type_string() }}) as channel,
        cast(campaign_key as {{ dbt.type_string() }}) as campaign_key,
        cast(campaign_method as {{ dbt.type_string() }}) as campaign_method,
        cast(touch_type as {{ dbt.type_string() }}) as touch_type,
        cast(touch_class as {{ dbt.type_string() }}) as touch_class,
        cast(is_attributable as boolean) as is_attributable,
        cast(is_response as boolean) as is_response,
        cast(is_inferred as boolean) as is_inferred,
        cast(content as {{ dbt.type_string() }}) as content,
        cast(source_system as {{ dbt.type_string() }}) as source_system,
        cast(source_object as {{ dbt.type_string() }}) as source_object,
        cast(source_record_id as {{ dbt.type_string() }}) as source_record_id
    from touches

)

select * from final
