{{ config(**built_by_conversion_and_model()) }}

-- The weights as shares of one and as money, models as columns: what fct_attribution_credits shows
-- in rows. It stands beside that view in the release, because a view may name no other file.
{% set parts = model_parts() %}
-- conversions of opportunities are credited by all models, of leads by those that say so; a stage
-- of a lead has no amount
{% set scopes = {'opportunity': 'not is_lead_cycle', 'lead': 'is_lead_cycle'} %}

with

weights as (

    select * from {{ ref('int_attribution__touch_weights') }}
    where {{ is_in_parts(parts, 'conversion_key') }}

),

conversions as (

    select * from {{ ref('int_attribution__conversions') }}
    where {{ is_in_parts(parts, 'conversion_key') }}

),

{% for part in parts %}
{% for scope, is_in_scope in scopes.items() %}
credits_of_{{ part.name }}_{{ scope }} as (

    select
        {% for model in part.models -%}
        {% set share, total = model.name ~ '__share', model.name ~ '__total' -%}
        {% set preceding = '(' ~ model.name ~ '__running - ' ~ share ~ ')' -%}
        {% if scope == 'opportunity' or model.credits_lead_cycles -%}
        -- law 3: a conversion without a touch keeps all of its credit on one row
        case
            when weights.touch_key is null then cast(1 as double)
            when weights.{{ share }} > 0
                then weights.{{ share }} / cast(weights.{{ total }} as double)
        end as {{ model.name }}__weight,
        {% else -%}
        cast(null as double) as {{ model.name }}__weight,
        {% endif -%}
        {% if scope == 'opportunity' -%}
        -- law 2: cents by the telescoping ceiling, so each model's credits sum to the
        -- conversion's value exactly
        case
            when weights.touch_key is null then conversions.value_cents
            when weights.{{ share }} > 0
                then
                    {{ ceiling_share('conversions.value_cents', model.name ~ '__running', total) }}
                    - {{ ceiling_share('conversions.value_cents', preceding, total) }}
        end as {{ model.name }}__cents,
        {% else -%}
        cast(null as bigint) as {{ model.name }}__cents,
        {% endif -%}
        {% endfor -%}
        conversions.conversion_key,
        conversions.conversion_type,
        conversions.opportunity_key,
        conversions.cycle_number,
        coalesce(weights.lead_key, conversions.subject_lead_key) as lead_key,
        weights.touch_key,
        weights.touch_position,
        coalesce(weights.channel, '(unattributed)') as channel,
        weights.campaign_key,
        weights.touched_at,
        conversions.converted_at,
        conversions.touch_scope_used,
        conversions.has_time_anomaly,
        conversions.value_sign,
        conversions.conversion_amount is null and not conversions.is_lead_cycle as is_unconverted
    from conversions
    left join weights on conversions.conversion_key = weights.conversion_key
    where
        {{ is_in_scope }}
        and {{ is_in_part(part, 'conversions.conversion_key') }}

),

{% endfor %}
credits_of_{{ part.name }} as (

    {% for scope in scopes -%}
    select * from credits_of_{{ part.name }}_{{ scope }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

{% endfor %}
final as (

    {% for part in parts %}
    select
        {% for model in attribution_models() -%}
        {% if model in part.models -%}
        credits.{{ model.name }}__weight,
        {{ cents_to_amount('credits.value_sign * credits.' ~ model.name ~ '__cents') }}
            as {{ model.name }}__amount,
        {% else -%}
        kept.{{ model.name }}__weight,
        kept.{{ model.name }}__amount,
        {% endif -%}
        {% endfor -%}
        credits.conversion_key,
        credits.conversion_type,
        credits.opportunity_key,
        credits.cycle_number,
        credits.lead_key,
        credits.touch_key,
        credits.touch_position,
        credits.channel,
        credits.campaign_key,
        credits.touched_at,
        credits.converted_at,
        credits.touch_scope_used,
        credits.has_time_anomaly,
        credits.is_unconverted
    from credits_of_{{ part.name }} as credits
    {% if part.name == 'kept' -%}
    inner join {{ this }} as kept
        on
            credits.conversion_key = kept.conversion_key
            and coalesce(credits.touch_key, 0) = coalesce(kept.touch_key, 0)
    {% endif -%}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select * from final
