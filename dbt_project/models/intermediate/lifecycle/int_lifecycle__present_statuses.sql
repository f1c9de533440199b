{{ config(**built_by_key('lead', 'lead_key')) }}

-- The present status of each lead record of which no history is known, as one event with the best
-- time that can be had (rule R13).
with

records as (

    select * from {{ ref('int_identity__lead_records') }}
    where
        status is not null
        and created_at is not null
        and {{ is_changed('lead', 'lead_key') }}

),

recorded as (

    select distinct record_key from {{ ref('int_lifecycle__status_histories_ordered') }}

),

unrecorded as (

    select records.*
    from records
    left join recorded on records.record_key = recorded.record_key
    where recorded.record_key is null

),

mapped as (

    select *
    from {{ map_value(
        'unrecorded', ref('stage_mapping'), 'stage', 'stage', 'status', 'lead'
    ) }} as mapped

),

dated as (

    select
        mapped.*,
        stage_dates.entered_at as stated_at,
        stage_dates.time_precision as stated_precision,
        -- the opportunity of the conversion knows the second of a day-only conversion
        conversions.created_at as opportunity_created_at
    from mapped
    left join {{ ref('int_lifecycle__stage_dates') }} as stage_dates
        on mapped.record_key = stage_dates.record_key and mapped.stage = stage_dates.stage
    left join {{ ref('int_revenue__opportunities_unioned') }} as conversions
        on
            mapped.converted_opportunity_key = conversions.opportunity_key
            and mapped.converted_precision = 'day'
            and {{ org_date('mapped.converted_at') }} = {{ org_date('conversions.created_at') }}

),

final as (

    select
        lead_key,
        record_key,
        source_system,
        source_object,
        source_record_id,
        status as source_value,
        coalesce(stated_at, opportunity_created_at, converted_at, created_at) as occurred_at,
        case
            when stated_at is not null then stated_precision
            when opportunity_created_at is not null or converted_at is null then 'second'
            else converted_precision
        end as time_precision
    from dated

)

select * from final
