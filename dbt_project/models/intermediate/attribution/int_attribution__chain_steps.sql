-- Every journey of opportunities' types, converting or not, touch by touch: what the Markov chain
-- counts and what the report of paths reads.
with

journeys as (

    select * from {{ ref('int_attribution__journeys') }}

),

conversions as (

    select * from {{ ref('int_attribution__conversions') }}
    where not is_lead_cycle

),

open_journeys as (

    select * from {{ ref('int_attribution__open_journeys') }}

),

lead_touches as (

    select * from {{ ref('int_attribution__lead_touches') }}

),

final as (

    select
        conversions.conversion_type,
        true as is_converted,
        conversions.conversion_key as journey_key,
        -- the quarter of a journey is that of its conversion, else of its last touch
        conversions.converted_at as ended_at,
        journeys.touch_position,
        journeys.touched_at,
        journeys.channel
    from journeys
    inner join conversions on journeys.conversion_key = conversions.conversion_key

    union all

    select
        open_journeys.conversion_type,
        false as is_converted,
        open_journeys.lead_key as journey_key,
        open_journeys.last_touched_at as ended_at,
        lead_touches.touch_position,
        lead_touches.touched_at,
        lead_touches.channel
    from lead_touches
    inner join open_journeys on lead_touches.lead_key = open_journeys.lead_key
    where
        lead_touches.touched_at >= open_journeys.window_starts_at
        and (
            open_journeys.last_converted_at is null
            or lead_touches.touched_at > open_journeys.last_converted_at
        )

)

select * from final
