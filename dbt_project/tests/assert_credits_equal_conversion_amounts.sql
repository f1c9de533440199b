-- Laws 2 and 3: under every model that credits its type the credits of a conversion sum to its
-- amount, to the cent; a conversion without an amount has no credited money at all, and none is
-- left out.
with

credited as (

    select
        conversion_id,
        attribution_model,
        sum(credited_amount) as credited_amount
    from {{ ref('fct_attribution_credits') }}
    group by conversion_id, attribution_model

),

models as (

    {% for model in attribution_models() %}
    select
        '{{ model.name }}' as attribution_model,
        {{ model.credits_lead_cycles | lower }} as credits_lead_cycles
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

expected as (

    select
        {{ public_id('conversions.conversion_key') }} as conversion_id,
        models.attribution_model,
        conversions.conversion_amount
    from {{ ref('int_attribution__conversions') }} as conversions
    inner join models on models.credits_lead_cycles or not conversions.is_lead_cycle

)

select
    expected.conversion_id,
    expected.attribution_model,
    expected.conversion_amount,
    credited.credited_amount
from expected
left join credited
    on
        expected.conversion_id = credited.conversion_id
        and expected.attribution_model = credited.attribution_model
where
    credited.conversion_id is null
    or credited.credited_amount is distinct from expected.conversion_amount
