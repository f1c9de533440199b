-- How often each channel stands in a journey.
with

journeys as (

    select * from {{ ref('int_attribution__journeys') }}

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
