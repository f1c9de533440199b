{{ config(**built_by_key('lead', 'lead_id')) }}

with

visits as (

    select * from {{ ref('int_lifecycle__stage_visits') }}
    where {{ is_changed('lead', 'lead_key') }}

),

cycles as (

    select * from {{ ref('int_lifecycle__cycles') }}
    where {{ is_changed('lead', 'lead_key') }}

),

leads as (

    select * from {{ ref('int_identity__leads') }}
    where is_live and {{ is_changed('lead', 'lead_key') }}

),

sources as (

    select * from {{ ref('int_lifecycle__cycle_sources') }}
    where {{ is_changed('lead', 'lead_key') }}

),

final as (

    select
        cast({{ public_id('visits.lead_key') }} as {{ dbt.type_string() }}) as lead_id,
        cast(visits.cycle_number as bigint) as cycle_number,
        cast(visits.event_number as bigint) as event_number,
        cast(cycles.cycle_type as {{ dbt.type_string() }}) as cycle_type,
        cast(coalesce(sources.channel, '(unattributed)') as {{ dbt.type_string() }})
            as source_channel,
        cast(visits.stage as {{ dbt.type_string() }}) as stage,
        cast(visits.entered_at as timestamp) as entered_at,
        cast(visits.left_at as timestamp) as left_at,
        cast(visits.next_stage as {{ dbt.type_string() }}) as next_stage,
        cast(visits.departure as {{ dbt.type_string() }}) as departure,
        cast(visits.is_inferred as boolean) as is_inferred,
        cast(visits.is_measurable as boolean) as is_measurable,
        cast(visits.visit_days as double) as visit_days,
        cast(visits.booked_in_at as timestamp) as booked_in_at,
        cast(visits.booked_out_at as timestamp) as booked_out_at,
        cast({{ public_id('visits.opportunity_key') }} as {{ dbt.type_string() }})
            as opportunity_id
    from visits
    inner join leads on visits.lead_key = leads.lead_key
    inner join cycles
        on visits.lead_key = cycles.lead_key and visits.cycle_number = cycles.cycle_number
    left join sources
        on visits.lead_key = sources.lead_key and visits.cycle_number = sources.cycle_number

)

select * from final
