{% set models = var('attribution_models') %}

with

weights as (

    select * from {{ ref('int_attribution__touch_weights') }}

),

conversions as (

    select * from {{ ref('int_attribution__conversions') }}

),

touches as (

    select * from {{ ref('int_touchpoints__touches') }}

),

models as (

    {% for model in models %}
    select '{{ model.name }}' as attribution_model
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

touched_conversions as (

    select distinct conversion_key from weights

),

-- law 2: cents by the telescoping ceiling, so each model's credits sum to the conversion's
-- value exactly
credits as (

    {% for model in models %}
    {% set cumulative = 'weights.' ~ model.name ~ '__cumulative' %}
    {% set preceding = '(' ~ cumulative ~ ' - weights.' ~ model.name ~ '__share)' %}
    {% set total = 'weights.' ~ model.name ~ '__total' %}
    {% set wide = model.family == 'decay' %}
    select
        weights.conversion_key,
        weights.touch_key,
        '{{ model.name }}' as attribution_model,
        weights.touch_position,
        weights.{{ model.name }}__share / cast(weights.{{ model.name }}__total as double) as weight,
        conversions.value_sign * (
            {{ ceiling_share('conversions.value_cents', cumulative, total, wide) }}
            - {{ ceiling_share('conversions.value_cents', preceding, total, wide) }}
        ) as credited_cents
    from weights
    inner join conversions on weights.conversion_key = conversions.conversion_key
    where weights.{{ model.name }}__share > 0

    union all
    {% endfor %}

    -- law 3: a conversion without a touch keeps all of its credit on one row
    select
        conversions.conversion_key,
        cast(null as bigint) as touch_key,
        models.attribution_model,
        cast(null as bigint) as touch_position,
        cast(1 as double) as weight,
        conversions.value_sign * conversions.value_cents as credited_cents
    from conversions
    left join touched_conversions
        on conversions.conversion_key = touched_conversions.conversion_key
    cross join models
    where touched_conversions.conversion_key is null

),

final as (

    select
        cast({{ public_id('credits.conversion_key') }} as {{ dbt.type_string() }}) as conversion_id,
        cast(conversions.conversion_type as {{ dbt.type_string() }}) as conversion_type,
        cast({{ public_id('conversions.opportunity_key') }} as {{ dbt.type_string() }})
            as opportunity_id,
        cast({{ public_id('touches.lead_key') }} as {{ dbt.type_string() }}) as lead_id,
        cast({{ public_id('credits.touch_key') }} as {{ dbt.type_string() }}) as touch_id,
        cast(credits.attribution_model as {{ dbt.type_string() }}) as attribution_model,
        cast(
            case when credits.touch_key is null then '(unattributed)' else touches.channel end
            as {{ dbt.type_string() }}
        ) as channel,
        cast(touches.campaign_key as {{ dbt.type_string() }}) as campaign_key,
        cast(touches.occurred_at as timestamp) as touched_at,
        cast(conversions.converted_at as timestamp) as converted_at,
        cast(credits.touch_position as bigint) as touch_position,
        cast(credits.weight as double) as weight,
        cast({{ cents_to_amount('credits.credited_cents') }} as decimal(18, 2)) as credited_amount,
        cast('{{ var('reporting_currency') }}' as {{ dbt.type_string() }}) as currency_code,
        cast(credits.weight as double) as credited_conversions,
        cast(conversions.touch_scope_used as {{ dbt.type_string() }}) as touch_scope_used,
        cast(conversions.has_time_anomaly as boolean) as has_time_anomaly,
        cast(conversions.conversion_amount is null as boolean) as is_unconverted
    from credits
    inner join conversions on credits.conversion_key = conversions.conversion_key
    left join touches on credits.touch_key = touches.touch_key

)

select * from final
