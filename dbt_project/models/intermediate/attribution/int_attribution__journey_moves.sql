{{ config(**built_by_key('journey', 'journey_key')) }}

-- How often each journey of opportunities' types goes from one channel to the next, from its start
-- to its end: what it adds to the Markov chain. Journeys that led to no conversion count as well.
with

journeys as (

    select * from {{ ref('int_attribution__journeys') }}
    where {{ is_changed('journey', 'conversion_key') }}

),

conversions as (

    select * from {{ ref('int_attribution__conversions') }}
    where not is_lead_cycle and {{ is_changed('journey', 'conversion_key') }}

),

lead_touches as (

    select * from {{ ref('int_attribution__lead_touches') }}
    where {{ is_changed('journey', 'lead_key') }}

),

open_journeys as (

    select * from {{ ref('int_attribution__open_journeys') }}
    where {{ is_changed('journey', 'lead_key') }}

),

-- the quarter of a journey is that of its conversion, else of its last touch
steps as (

    select
        conversions.conversion_type,
        true as is_converted,
        conversions.conversion_key as journey_key,
        conversions.converted_at as ended_at,
        journeys.touch_position,
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
        lead_touches.channel
    from lead_touches
    inner join open_journeys
        on
            lead_touches.lead_key = open_journeys.lead_key
            and {{ is_in_open_journey('lead_touches', 'open_journeys') }}

),

followed as (

    select
        *,
        coalesce(lag(channel) over journey, '(start)') as previous_channel,
        lead(channel) over journey as next_channel
    from steps
    window journey as (
        partition by conversion_type, is_converted, journey_key order by touch_position
    )

),

moves as (

    select
        conversion_type,
        is_converted,
        journey_key,
        ended_at,
        previous_channel as from_state,
        channel as to_state
    from followed

    union all

    select
        conversion_type,
        is_converted,
        journey_key,
        ended_at,
        channel as from_state,
        case when is_converted then '(conversion)' else '(null)' end as to_state
    from followed
    where next_channel is null

),

final as (

    select
        conversion_type,
        is_converted,
        journey_key,
        {{ quarter_label(org_date('ended_at')) }} as quarter,
        from_state,
        to_state,
        count(*) as transition_count
    from moves
    group by conversion_type, is_converted, journey_key, ended_at, from_state, to_state

)

select * from final
