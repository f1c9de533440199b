{# credit without a touch, and of a touch that belongs to no campaign #}
{% set campaign -%}
coalesce(campaign_key, case when touch_key is null then '(unattributed)' else '(none)' end)
{%- endset %}

-- Credit by month, channel and campaign: summed with the models as columns, in one pass, and then
-- turned into rows. Weights are summed as decimals: a sum of doubles depends on the order of rows.
with

summed as (

    select
        conversion_type,
        channel,
        {{ campaign }} as campaign_key,
        {{ month_of(org_date('converted_at')) }} as conversion_month,
        {% for model in attribution_models() -%}
        {% set weight = model.name ~ '__weight' -%}
        cast(sum(cast({{ weight }} as decimal(18, 15))) as double) as {{ weight }},
        sum({{ model.name }}__amount) as {{ model.name }}__amount
        {%- if not loop.last %},{% endif %}
        {% endfor %}
    from {{ ref('int_attribution__touch_credits') }}
    group by
        conversion_type,
        channel,
        {{ campaign }},
        {{ month_of(org_date('converted_at')) }}

),

final as (

    {% for model in attribution_models() %}
    select
        conversion_month,
        conversion_type,
        '{{ model.name }}' as attribution_model,
        channel,
        campaign_key,
        {{ model.name }}__weight as weight,
        cast({{ model.name }}__amount as decimal(18, 2)) as credited_amount
    from summed
    where {{ model.name }}__weight > 0
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select * from final
