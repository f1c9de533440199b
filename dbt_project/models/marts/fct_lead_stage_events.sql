{{ config(**built_by_key('lead', 'lead_id')) }}

with

stage_events as (

    select * from {{ ref('int_lifecycle__stage_events') }}
    where {{ is_changed('lead', 'lead_key') }}

),

final as (

    select
        cast({{ public_id('lead_key') }} as {{ dbt.type_string() }}) as lead_id,
        cast(cycle_number as bigint) as cycle_number,
        cast(event_number as bigint) as event_number,
        cast(from_stage as {{ dbt.type_string() }}) as from_stage,
        cast(to_stage as {{ dbt.type_string() }}) as to_stage,
        cast(direction as {{ dbt.type_string() }}) as direction,
        cast(is_inferred as boolean) as is_inferred,
        cast(has_time_anomaly as boolean) as has_time_anomaly,
        cast(occurred_at as timestamp) as occurred_at,
        cast(time_precision as {{ dbt.type_string() }}) as time_precision,
        cast({{ public_id('opportunity_key') }} as {{ dbt.type_string() }}) as opportunity_id,
        cast(source_system as {{ dbt.type_string() }}) as source_system,
        cast(source_object as {{ dbt.type_string() }}) as source_object,
        cast(source_record_id as {{ dbt.type_string() }}) as source_record_id,
        cast(is_source_deleted as boolean) as is_source_deleted
    from stage_events

)

select * from final
