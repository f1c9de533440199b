{{ config(**tracked('conversion_key', {'conversion': 'conversion_key'})) }}

-- The events that deserve credit: new opportunities of sales pipelines when created (pipeline)
-- and when won (revenue).
with

opportunities as (

    select * from {{ ref('int_revenue__opportunities_valued') }}
    where opportunity_type = 'new' and is_sales_pipeline and not is_source_deleted

),

conversions as (

    select
        'revenue' as conversion_type,
        opportunity_key,
        account_key,
        created_at as opportunity_created_at,
        closed_at as converted_at,
        closed_precision as time_precision,
        lead_count,
        primary_lead_count,
        opportunity_amount as conversion_amount,
        closed_at < created_at as has_time_anomaly
    from opportunities
    where is_won

    union all

    select
        'pipeline' as conversion_type,
        opportunity_key,
        account_key,
        created_at as opportunity_created_at,
        created_at as converted_at,
        'second' as time_precision,
        lead_count,
        primary_lead_count,
        first_amount as conversion_amount,
        false as has_time_anomaly
    from opportunities

),

final as (

    select
        -- an opportunity converts once per type: its cycle is always the first
        {{ stable_key([
            "conversion_type", "cast(opportunity_key as " ~ dbt.type_string() ~ ")", "'1'",
        ]) }} as conversion_key,
        conversion_type,
        opportunity_key,
        account_key,
        opportunity_created_at,
        converted_at,
        time_precision,
        {{ add_seconds('converted_at', -86400 * var('lookback_days')) }} as window_starts_at,
        {% set members = {
            'buying_group': 'lead_count', 'primary_contact': 'primary_lead_count',
        } -%}
        {% if var('touch_scope') in members -%}
        case
            when {{ members[var('touch_scope')] }} > 0 then '{{ var('touch_scope') }}'
            else 'account'
        end
        {%- elif var('touch_scope') == 'account' -%}
        'account'
        {%- else -%}
        {{ exceptions.raise_compiler_error('unknown touch_scope: ' ~ var('touch_scope')) }}
        {%- endif %} as touch_scope_used,
        conversion_amount,
        cast(abs(conversion_amount) * 100 as bigint) as value_cents,
        case when conversion_amount < 0 then -1 else 1 end as value_sign,
        has_time_anomaly
    from conversions

)

select * from final
