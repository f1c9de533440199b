{{ config(materialized='view') }}
{% do check_metrics_model() %}

with

credits as (

    {% for model in attribution_models() %}
    select
        conversion_key,
        conversion_type,
        opportunity_key,
        cycle_number,
        lead_key,
        touch_key,
        '{{ model.name }}' as attribution_model,
        channel,
        campaign_key,
        touched_at,
        converted_at,
        touch_position,
        {{ model.name }}__weight as weight,
        {{ model.name }}__amount as credited_amount,
        touch_scope_used,
        has_time_anomaly,
        is_unconverted
    from {{ ref('int_attribution__touch_credits') }}
    where {{ model.name }}__weight > 0
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

final as (

    select
        cast({{ public_id('conversion_key') }} as {{ dbt.type_string() }}) as conversion_id,
        cast(conversion_type as {{ dbt.type_string() }}) as conversion_type,
        cast({{ public_id('opportunity_key') }} as {{ dbt.type_string() }}) as opportunity_id,
        cast(cycle_number as bigint) as cycle_number,
        cast({{ public_id('lead_key') }} as {{ dbt.type_string() }}) as lead_id,
        cast({{ public_id('touch_key') }} as {{ dbt.type_string() }}) as touch_id,
        cast(attribution_model as {{ dbt.type_string() }}) as attribution_model,
        cast(channel as {{ dbt.type_string() }}) as channel,
        cast(campaign_key as {{ dbt.type_string() }}) as campaign_key,
        cast(touched_at as timestamp) as touched_at,
        cast(converted_at as timestamp) as converted_at,
        cast(touch_position as bigint) as touch_position,
        cast(weight as double) as weight,
        cast(credited_amount as decimal(18, 2)) as credited_amount,
        cast('{{ var('reporting_currency') }}' as {{ dbt.type_string() }}) as currency_code,
        cast(weight as double) as credited_conversions,
        cast(touch_scope_used as {{ dbt.type_string() }}) as touch_scope_used,
        cast(has_time_anomaly as boolean) as has_time_anomaly,
        cast(is_unconverted as boolean) as is_unconverted
    from credits

)

select * from final
