{{ config(**built_by_conversion_and_model()) }}

-- The one weight table: per conversion and touch, each model's integer share, its total and its
-- running share.
{% set parts = model_parts() %}
-- conversions of opportunities are credited by all models, of leads by those that say so
{% set scopes = {'opportunity': 'not is_lead_cycle', 'lead': 'is_lead_cycle'} %}

with

journeys as (

    select * from {{ ref('int_attribution__journeys') }}
    where {{ is_in_parts(parts, 'conversion_key') }}

),

facts as (

    select * from {{ ref('int_attribution__milestones') }}
    where {{ is_in_parts(parts, 'conversion_key') }}

),

journey_channels as (

    select * from {{ ref('int_attribution__journey_channels') }}
    where {{ is_in_parts(parts, 'conversion_key') }}

),

placed as (

    select
        facts.*,
        journeys.touch_key,
        journeys.touch_position,
        journeys.can_be_middle,
        journeys.lead_key,
        journeys.channel,
        journeys.campaign_key,
        journeys.touched_at,
        journey_channels.channel_touch_count,
        {{ epoch_seconds('facts.last_touched_at') }} - {{ epoch_seconds('journeys.touched_at') }}
            as seconds_before_last
    from journeys
    inner join facts on journeys.conversion_key = facts.conversion_key
    inner join journey_channels
        on
            journeys.conversion_key = journey_channels.conversion_key
            and journeys.channel = journey_channels.channel

),

{% for part in parts %}
{% for scope, is_in_scope in scopes.items() %}
{% set slice = part.name ~ '_' ~ scope %}
{% set credited = part.models if scope == 'opportunity'
    else part.models | selectattr('credits_lead_cycles') | list %}
summands_of_{{ slice }} as (

    select
        {% for model in credited if model_summand(model) -%}
        {{ model_summand(model) }} as {{ model.name }}__summand,
        {% endfor -%}
        *
    from placed
    where {{ is_in_scope }} and {{ is_in_part(part, 'conversion_key') }}

),

summed_of_{{ slice }} as (

    select
        {% for model in credited if model_summand(model) -%}
        sum({{ model.name }}__summand) over whole as {{ model.name }}__summand_total,
        sum({{ model.name }}__summand) over so_far as {{ model.name }}__summand_so_far,
        {% endfor -%}
        *
    from summands_of_{{ slice }}
    window
        whole as (partition by conversion_key),
        so_far as (partition by conversion_key order by touch_position rows unbounded preceding)

),

shares_of_{{ slice }} as (

    select
        {% for model in part.models -%}
        {% set is_in = model in credited -%}
        cast({{ model_share(model) if is_in else 0 }} as bigint) as {{ model.name }}__share,
        cast({{ model_total(model) if is_in else 0 }} as bigint) as {{ model.name }}__total,
        cast({{ model_running_share(model) if is_in else 0 }} as bigint)
            as {{ model.name }}__running,
        {% endfor -%}
        conversion_key,
        touch_key,
        touch_position,
        lead_key,
        channel,
        campaign_key,
        touched_at
    from summed_of_{{ slice }}

),

{% endfor %}
shares_of_{{ part.name }} as (

    {% for scope in scopes -%}
    select * from shares_of_{{ part.name }}_{{ scope }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

{% endfor %}
final as (

    {% for part in parts %}
    select
        {% for model in attribution_models() -%}
        {% set source = 'shares' if model in part.models else 'kept' -%}
        {{ source }}.{{ model.name }}__share,
        {{ source }}.{{ model.name }}__total,
        {{ source }}.{{ model.name }}__running,
        {% endfor -%}
        shares.conversion_key,
        shares.touch_key,
        shares.touch_position,
        shares.lead_key,
        shares.channel,
        shares.campaign_key,
        shares.touched_at
    from shares_of_{{ part.name }} as shares
    {% if part.name == 'kept' -%}
    inner join {{ this }} as kept
        on shares.conversion_key = kept.conversion_key and shares.touch_key = kept.touch_key
    {% endif -%}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select * from final
