{{ config(**built_by_key('conversion', 'conversion_key')) }}

-- The one weight table: per conversion and touch, each model's integer share, its total and its
-- running sum.
{% set models = var('attribution_models') %}
{% set milestone_models = models | selectattr('family', 'equalto', 'milestone') | list %}

with

journeys as (

    select * from {{ ref('int_attribution__journeys') }}
    where {{ is_changed('conversion', 'conversion_key') }}

),

-- the touch on which each milestone falls, one row per conversion; a milestone that lies after
-- the conversion has no touch, and no other milestone shifts to it
milestones as (

    select
        conversion_key,
        true as has_ft,
        1 as ft_position,
        coalesce(bool_and(has_lead_creation), false) as has_lc,
        case
            when bool_and(has_lead_creation)
                then
                    coalesce(
                        max(case when is_before_lead_creation then touch_position end),
                        min(case when is_in_creation_grace then touch_position end)
                    )
        end as lc_position,
        bool_and(has_opportunity_creation) as has_oc,
        case
            when bool_and(has_opportunity_creation)
                then max(case when is_before_opportunity then touch_position end)
        end as oc_position
    from journeys
    group by conversion_key

),

placed as (

    select
        journeys.*,
        milestones.has_ft,
        milestones.has_lc,
        milestones.has_oc,
        milestones.ft_position,
        milestones.lc_position,
        milestones.oc_position
    from journeys
    inner join milestones on journeys.conversion_key = milestones.conversion_key

),

{% for model in milestone_models %}
middle_{{ model.name }} as (

    select
        conversion_key,
        count(*) as middle_count
    from placed
    where {{ is_middle_touch(model) }}
    group by conversion_key

),
{% endfor %}

counted as (

    select
        {% for model in milestone_models -%}
        coalesce(middle_{{ model.name }}.middle_count, 0) as {{ model.name }}__middle_count,
        {% endfor -%}
        placed.*
    from placed
    {% for model in milestone_models -%}
    left join middle_{{ model.name }}
        on placed.conversion_key = middle_{{ model.name }}.conversion_key
    {% endfor %}

),

shares as (

    select
        conversion_key,
        touch_key,
        touch_position,
        {% for model in models -%}
        cast({{ model_share(model) }} as bigint) as {{ model.name }}__share,
        {% endfor -%}
        touch_count
    from counted

),

final as (

    select
        conversion_key,
        touch_key,
        touch_position,
        {% for model in models -%}
        {{ model.name }}__share,
        cast(sum({{ model.name }}__share) over whole as bigint) as {{ model.name }}__total,
        cast(sum({{ model.name }}__share) over so_far as bigint) as {{ model.name }}__cumulative,
        {% endfor -%}
        touch_count
    from shares
    window
        whole as (partition by conversion_key),
        so_far as (partition by conversion_key order by touch_position rows unbounded preceding)

)

select * from final
