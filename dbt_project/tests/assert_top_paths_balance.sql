-- Law 3 for paths: in every form the rows hold all journeys, all conversions and all money.
with

expected as (

    select
        conversion_type,
        count(*) as journey_count,
        sum(case when is_converted then 1 else 0 end) as conversion_count,
        coalesce(sum(conversion_amount), 0) as converted_amount
    from {{ ref('int_attribution__journey_paths') }}
    group by conversion_type

),

found as (

    select
        conversion_type,
        path_transform,
        is_direct_dropped,
        sum(journey_count) as journey_count,
        sum(conversion_count) as conversion_count,
        coalesce(sum(converted_amount), 0) as converted_amount
    from {{ ref('rpt_top_paths') }}
    group by conversion_type, path_transform, is_direct_dropped

)

select
    expected.conversion_type,
    found.path_transform,
    found.is_direct_dropped,
    expected.journey_count,
    found.journey_count as found_journey_count
from expected
left join found on expected.conversion_type = found.conversion_type
where
    found.conversion_type is null
    or expected.journey_count != found.journey_count
    or expected.conversion_count != found.conversion_count
    or expected.converted_amount != found.converted_amount
