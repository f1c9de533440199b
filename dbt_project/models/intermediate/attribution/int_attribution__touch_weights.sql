{{ config(**built_by_key('conversion', 'conversion_key')) }}

-- The one weight table: per conversion and touch, each model's integer share, its total and its
-- running share.
{% set models = attribution_models() %}
-- conversions of opportunities are credited by all models, of leads by those that say so
{% set scopes = {
    'opportunity': models, 'lead': models | selectattr('credits_lead_cycles') | list,
} %}

with

journeys as (

    select * from {{ ref('int_attribution__journeys') }}
    where {{ is_changed('conversion', 'conversion_key') }}

),

facts as (

    select * from {{ ref('int_attribution__journey_facts') }}
    where {{ is_changed('conversion', 'conversion_key') }}

),

journey_channels as (

    select * from {{ ref('int_attribution__journey_channels') }}
    where {{ is_changed('conversion', 'conversion_key') }}

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

{% for scope, scope_models in scopes.items() %}
summands_of_{{ scope }} as (

    select
        {% for model in scope_models if model_summand(model) -%}
        {{ model_summand(model) }} as {{ model.name }}__summand,
        {% endfor -%}
        *
    from placed
    where {{ 'is_lead_cycle' if scope == 'lead' else 'not is_lead_cycle' }}

),

summed_of_{{ scope }} as (

    select
        {% for model in scope_models if model_summand(model) -%}
        sum({{ model.name }}__summand) over whole as {{ model.name }}__summand_total,
        sum({{ model.name }}__summand) over so_far as {{ model.name }}__summand_so_far,
        {% endfor -%}
        *
    from summands_of_{{ scope }}
    window
        whole as (partition by conversion_key),
        so_far as (partition by conversion_key order by touch_position rows unbounded preceding)

),

shares_of_{{ scope }} as (

    select
        {% for model in models -%}
        {% set is_in = model in scope_models -%}
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
    from summed_of_{{ scope }}

),

{% endfor %}
final as (

    select * from shares_of_opportunity
    union all
    select * from shares_of_lead

)

select * from final
