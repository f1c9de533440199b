{{ config(**built_by_key('conversion', 'conversion_key')) }}

-- The weights as shares of one and as money, models as columns: what fct_attribution_credits shows
-- in rows. It stands beside that view in the release, because a view may name no other file.
{% set models = attribution_models() %}

with

weights as (

    select * from {{ ref('int_attribution__touch_weights') }}
    where {{ is_changed('conversion', 'conversion_key') }}

),

conversions as (

    select * from {{ ref('int_attribution__conversions') }}
    where {{ is_changed('conversion', 'conversion_key') }}

),

touched_conversions as (

    select distinct conversion_key from weights

),

touched as (

    select
        {% for model in models -%}
        {% set share, total = model.name ~ '__share', model.name ~ '__total' -%}
        {% set preceding = '(' ~ model.name ~ '__running - ' ~ share ~ ')' -%}
        weights.{{ share }} / nullif(cast(weights.{{ total }} as double), 0)
            as {{ model.name }}__weight,
        -- law 2: cents by the telescoping ceiling, so each model's credits sum to the
        -- conversion's value exactly
        case
            when {{ share }} > 0
                then
                    {{ ceiling_share('conversions.value_cents', model.name ~ '__running', total) }}
                    - {{ ceiling_share('conversions.value_cents', preceding, total) }}
        end as {{ model.name }}__cents,
        {% endfor -%}
        weights.touch_key,
        weights.touch_position,
        weights.lead_key,
        weights.channel,
        weights.campaign_key,
        weights.touched_at,
        conversions.*
    from weights
    inner join conversions on weights.conversion_key = conversions.conversion_key

),

-- law 3: a conversion without a touch keeps all of its credit on one row
untouched as (

    select
        {% for model in models -%}
        {% set is_in = 'true' if model.credits_lead_cycles else 'not conversions.is_lead_cycle' -%}
        case when {{ is_in }} then cast(1 as double) end as {{ model.name }}__weight,
        case when {{ is_in }} then conversions.value_cents end
            as {{ model.name }}__cents,
        {% endfor -%}
        cast(null as bigint) as touch_key,
        cast(null as bigint) as touch_position,
        conversions.subject_lead_key as lead_key,
        '(unattributed)' as channel,
        cast(null as {{ dbt.type_string() }}) as campaign_key,
        cast(null as timestamp) as touched_at,
        conversions.*
    from conversions
    left join touched_conversions
        on conversions.conversion_key = touched_conversions.conversion_key
    where touched_conversions.conversion_key is null

),

credits as (

    select * from touched
    union all
    select * from untouched

),

final as (

    select
        {% for model in models -%}
        nullif({{ model.name }}__weight, 0) as {{ model.name }}__weight,
        {{ cents_to_amount('value_sign * ' ~ model.name ~ '__cents') }}
            as {{ model.name }}__amount,
        {% endfor -%}
        conversion_key,
        conversion_type,
        opportunity_key,
        cycle_number,
        lead_key,
        touch_key,
        touch_position,
        channel,
        campaign_key,
        touched_at,
        converted_at,
        touch_scope_used,
        has_time_anomaly,
        conversion_amount is null and not is_lead_cycle as is_unconverted
    from credits

)

select * from final
