{{ config(**built_by_key('journey', 'journey_key')) }}

-- Every journey of opportunities' types, converting or not, as the list of its channels, with what
-- it came to and how long it took. A conversion without a touch is a journey without a way.
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

ways as (

    select
        journeys.conversion_key,
        min(journeys.touched_at) as first_touched_at,
        {{ ordered_list('journeys.channel', 'journeys.touch_position') }} as path
    from journeys
    inner join conversions on journeys.conversion_key = conversions.conversion_key
    group by journeys.conversion_key

),

open_ways as (

    select
        open_journeys.conversion_type,
        open_journeys.lead_key,
        {{ ordered_list('lead_touches.channel', 'lead_touches.touch_position') }} as path
    from open_journeys
    inner join lead_touches
        on
            open_journeys.lead_key = lead_touches.lead_key
            and {{ is_in_open_journey('lead_touches', 'open_journeys') }}
    group by open_journeys.conversion_type, open_journeys.lead_key

),

every as (

    select
        conversions.conversion_type,
        true as is_converted,
        conversions.conversion_key as journey_key,
        ways.path,
        {{ days_between('ways.first_touched_at', 'conversions.converted_at') }}
            as days_to_conversion,
        conversions.conversion_amount
    from conversions
    left join ways on conversions.conversion_key = ways.conversion_key

    union all

    select
        conversion_type,
        false as is_converted,
        lead_key as journey_key,
        path,
        cast(null as double) as days_to_conversion,
        cast(null as decimal(18, 2)) as conversion_amount
    from open_ways

),

final as (

    select
        *,
        {{ stable_key([list_text('path')]) }} as path_key
    from every

)

select * from final
