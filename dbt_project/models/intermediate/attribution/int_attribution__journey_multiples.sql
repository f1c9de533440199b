{{ config(**built_by_key('conversion', 'conversion_key')) }}

-- The least common multiple of the channels' touch counts of a journey: the fraction in which every
-- touch's part of an equal share of its channel is whole.
with

journey_channels as (

    select * from {{ ref('int_attribution__journey_channels') }}
    where {{ is_changed('conversion', 'conversion_key') }}

),

final as (

    select
        conversion_key,
        {{ common_multiple('channel_touch_count') }} as touch_count_multiple
    from journey_channels
    group by conversion_key

)

select * from final
