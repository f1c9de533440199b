{{ config(**built_by_key('journey', 'lead_key')) }}
-- depends_on: {{ ref('int_changes__journeys') }}

-- Journeys that led to no conversion of a type: one of each lead whose touches count for none, and
-- one more of a lead that went on after its last. Each reaches from the lead's last touch back over
-- the lookback.
with

lead_touches as (

    select * from {{ ref('int_attribution__lead_touches') }}
    where {{ is_changed('journey', 'lead_key') }}

),

conversions as (

    select * from {{ ref('int_attribution__conversions') }}
    where not is_lead_cycle

),

conversion_leads as (

    select * from {{ ref('int_attribution__conversion_leads') }}
    where {{ is_changed('journey', 'lead_key') }}

),

types as (

    select 'revenue' as conversion_type
    union all
    select 'pipeline' as conversion_type

),

last_touches as (

    select
        lead_key,
        max(touched_at) as last_touched_at
    from lead_touches
    group by lead_key

),

last_conversions as (

    select
        conversions.conversion_type,
        conversion_leads.lead_key,
        max(conversions.converted_at) as last_converted_at
    from conversions
    inner join conversion_leads on conversions.conversion_key = conversion_leads.conversion_key
    group by conversions.conversion_type, conversion_leads.lead_key

),

final as (

    select
        types.conversion_type,
        last_touches.lead_key,
        last_conversions.last_converted_at,
        {{ add_seconds('last_touches.last_touched_at', -86400 * var('lookback_days')) }}
            as window_starts_at,
        last_touches.last_touched_at
    from last_touches
    cross join types
    left join last_conversions
        on
            types.conversion_type = last_conversions.conversion_type
            and last_touches.lead_key = last_conversions.lead_key
    where
        last_conversions.lead_key is null
        or last_touches.last_touched_at > last_conversions.last_converted_at

)

select * from final
