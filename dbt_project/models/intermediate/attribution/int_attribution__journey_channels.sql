{{ config(**built_by_key('conversion', 'conversion_key')) }}

-- How often each channel stands in a journey.
with

journeys as (

    select * from {{ ref('int_attribution__journeys') }}
    where {{ is_changed('conversion', 'conversion_key') }}

),

final as (

    select
        conversion_key,
        channel,
        count(*) as channel_touch_count
    from journeys
    group by conversion_key, channel

)

select * from final
