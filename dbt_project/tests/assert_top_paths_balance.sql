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

),

forms as (

    {% for form in ['unique', 'exposure', 'first', 'frequency'] -%}
    select
        '{{ form }}' as path_transform,
        false as is_direct_dropped
    union all
    select
        '{{ form }}' as path_transform,
        true as is_direct_dropped
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select
    expected.conversion_type,
    forms.path_transform,
    forms.is_direct_dropped,
    expected.journey_count,
    found.journey_count as found_journey_count
from expected
cross join forms
left join found
    on
        expected.conversion_type = found.conversion_type
        and forms.path_transform = found.path_transform
        and forms.is_direct_dropped = found.is_direct_dropped
where
    found.conversion_type is null
    or expected.journey_count != found.journey_count
    or expected.conversion_count != found.conversion_count
    or expected.converted_amount != found.converted_amount
