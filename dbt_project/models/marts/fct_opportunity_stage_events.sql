with

events as (

    select * from {{ ref('int_lifecycle__opportunity_events') }}
    where is_state_change

),

final as (

    select
        cast({{ public_id('opportunity_key') }} as {{ dbt.type_string() }}) as opportunity_id,
        cast(
            row_number() over (partition by opportunity_key order by event_number) as bigint
        ) as event_number,
        cast(previous_stage as {{ dbt.type_string() }}) as from_stage,
        cast(stage as {{ dbt.type_string() }}) as to_stage,
        cast(source_value as {{ dbt.type_string() }}) as source_stage,
        cast(occurred_at as timestamp) as occurred_at,
        cast(time_precision as {{ dbt.type_string() }}) as time_precision,
        cast(is_inferred as boolean) as is_inferred,
        cast(has_time_anomaly as boolean) as has_time_anomaly,
        cast(is_source_deleted as boolean) as is_source_deleted,
        cast(source_system as {{ dbt.type_string() }}) as source_system,
        cast(source_object as {{ dbt.type_string() }}) as source_object,
        cast(source_record_id as {{ dbt.type_string() }}) as source_record_id
    from events

)

select * from final
