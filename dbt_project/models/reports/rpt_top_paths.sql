{% set forms = ['unique', 'exposure', 'first', 'frequency'] %}

with

journeys as (

    select * from {{ ref('int_attribution__journey_paths') }}

),

forms as (

    select * from {{ ref('int_attribution__path_forms') }}

),

formed as (

    {% for form in forms %}
    {% set form_loop = loop %}
    {% for is_direct_dropped in [false, true] %}
    {% set path = 'forms.' ~ form ~ ('_no_direct' if is_direct_dropped else '') ~ '_path' %}
    select
        journeys.conversion_type,
        '{{ form }}' as path_transform,
        {{ is_direct_dropped | lower }} as is_direct_dropped,
        -- law 3: what converted without a touch went no way that is known
        coalesce({{ path }}, '(unattributed)') as path,
        count(*) as journey_count,
        sum(case when journeys.is_converted then 1 else 0 end) as conversion_count,
        sum(journeys.conversion_amount) as converted_amount,
        {{ median('journeys.days_to_conversion') }} as median_days_to_conversion
    from journeys
    left join forms on journeys.path_key = forms.path_key
    group by journeys.conversion_type, coalesce({{ path }}, '(unattributed)')
    {% if not (loop.last and form_loop.last) %}union all{% endif %}
    {% endfor %}
    {% endfor %}

),

ranked as (

    select
        *,
        row_number() over (
            partition by conversion_type, path_transform, is_direct_dropped
            order by conversion_count desc, journey_count desc, path asc
        ) as path_rank
    from formed

),

-- what is not among the first stands in one row, so that the journeys add up
shown as (

    select
        conversion_type,
        path_transform,
        is_direct_dropped,
        path_rank,
        path,
        journey_count,
        conversion_count,
        converted_amount,
        median_days_to_conversion
    from ranked
    where path_rank <= {{ var('top_paths') }}

    union all

    select
        conversion_type,
        path_transform,
        is_direct_dropped,
        cast(null as bigint) as path_rank,
        '(other paths)' as path,
        sum(journey_count) as journey_count,
        sum(conversion_count) as conversion_count,
        sum(converted_amount) as converted_amount,
        cast(null as double) as median_days_to_conversion
    from ranked
    where path_rank > {{ var('top_paths') }}
    group by conversion_type, path_transform, is_direct_dropped

),

final as (

    select
        cast(conversion_type as {{ dbt.type_string() }}) as conversion_type,
        cast(path_transform as {{ dbt.type_string() }}) as path_transform,
        cast(is_direct_dropped as boolean) as is_direct_dropped,
        cast(path_rank as bigint) as path_rank,
        cast(path as {{ dbt.type_string() }}) as path,
        cast(journey_count as bigint) as journey_count,
        cast(conversion_count as bigint) as conversion_count,
        conversion_count / nullif(cast(journey_count as double), 0) as conversion_rate,
        cast(converted_amount as decimal(18, 2)) as converted_amount,
        cast('{{ var('reporting_currency') }}' as {{ dbt.type_string() }}) as currency_code,
        cast(median_days_to_conversion as double) as median_days_to_conversion
    from shown

)

select * from final
