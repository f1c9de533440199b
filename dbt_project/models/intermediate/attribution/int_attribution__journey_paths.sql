-- Each journey as the list of its channels, what it came to and how long it took. A conversion
-- without a touch is a journey without a way.
with

steps as (

    select * from {{ ref('int_attribution__chain_steps') }}

),

conversions as (

    select * from {{ ref('int_attribution__conversions') }}
    where not is_lead_cycle

),

ways as (

    select
        conversion_type,
        is_converted,
        journey_key,
        min(touched_at) as first_touched_at,
        {{ ordered_list('channel', 'touch_position') }} as path
    from steps
    group by conversion_type, is_converted, journey_key

),

final as (

    select
        conversions.conversion_type,
        true as is_converted,
        conversions.conversion_key as journey_key,
        ways.path,
        {{ days_between('ways.first_touched_at', 'conversions.converted_at') }}
            as days_to_conversion,
        conversions.conversion_amount
    from conversions
    left join ways
        on conversions.conversion_key = ways.journey_key and ways.is_converted

    union all

    select
        conversion_type,
        is_converted,
        journey_key,
        path,
        cast(null as double) as days_to_conversion,
        cast(null as decimal(18, 2)) as conversion_amount
    from ways
    where not is_converted

)

select * from final
