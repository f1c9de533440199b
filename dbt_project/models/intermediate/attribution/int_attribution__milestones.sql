{{ config(materialized='view', meta={'has_model_columns': true}) }}

-- What the models need to know of a whole journey, with the touch on which each milestone of each
-- milestone model falls, and the sum of the parts of those that have one. No milestone shifts to
-- one that lies after the conversion.
with

final as (

    select
        {% for model in milestone_models() -%}
        {% for milestone in model.milestones -%}
        {{ milestone_position(model, milestone) }} as {{ model.name }}__{{ milestone }}_position,
        {% endfor -%}
        {{ milestone_parts(model) }} as {{ model.name }}__parts,
        {% endfor -%}
        *
    from {{ ref('int_attribution__journey_facts') }}

)

select * from final
