{{ config(**tracked('conversion_key', {'conversion': 'conversion_key'})) }}

-- The events that deserve credit: new opportunities of sales pipelines when created (pipeline) and
-- when won (revenue), and cycles of leads when they enter a stage.
with

opportunities as (

    select * from {{ ref('int_revenue__opportunities_valued') }}
    where opportunity_type = 'new' and is_sales_pipeline and not is_source_deleted

),

lead_stages as (

    select * from {{ ref('int_attribution__lead_stage_entries') }}

),

conversions as (

    select
        'revenue' as conversion_type,
        opportunity_key,
        cast(null as bigint) as subject_lead_key,
        1 as cycle_number,
        account_key,
        created_at as opportunity_created_at,
        closed_at as won_at,
        closed_at as converted_at,
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
        cast(null as bigint) as subject_lead_key,
        1 as cycle_number,
        account_key,
        created_at as opportunity_created_at,
        case when is_won then closed_at end as won_at,
        created_at as converted_at,
        lead_count,
        primary_lead_count,
        first_amount as conversion_amount,
        false as has_time_anomaly
    from opportunities

    union all

    select
        conversion_type,
        cast(null as bigint) as opportunity_key,
        lead_key as subject_lead_key,
        cycle_number,
        cast(null as bigint) as account_key,
        cast(null as timestamp) as opportunity_created_at,
        cast(null as timestamp) as won_at,
        entered_at as converted_at,
        1 as lead_count,
        0 as primary_lead_count,
        cast(null as decimal(18, 2)) as conversion_amount,
        has_time_anomaly
    from lead_stages

),

final as (

    select
        -- an opportunity converts once per type: its cycle is always the first
        {{ stable_key([
            "conversion_type",
            "cast(coalesce(opportunity_key, subject_lead_key) as " ~ dbt.type_string() ~ ")",
            "cast(cycle_number as " ~ dbt.type_string() ~ ")",
        ]) }} as conversion_key,
        conversion_type,
        opportunity_key,
        subject_lead_key,
        cycle_number,
        subject_lead_key is not null as is_lead_cycle,
        account_key,
        opportunity_created_at,
        won_at,
        converted_at,
        {{ add_seconds('converted_at', -86400 * var('lookback_days')) }} as window_starts_at,
        {% set members = {
            'buying_group': 'lead_count', 'primary_contact': 'primary_lead_count',
        } -%}
        case
            when subject_lead_key is not null then 'lead'
            {% if var('touch_scope') in members -%}
            when {{ members[var('touch_scope')] }} > 0 then '{{ var('touch_scope') }}'
            {% elif var('touch_scope') != 'account' -%}
            {{ exceptions.raise_compiler_error('unknown touch_scope: ' ~ var('touch_scope')) }}
            {% endif -%}
            else 'account'
        end as touch_scope_used,
        conversion_amount,
        cast(abs(conversion_amount) * 100 as bigint) as value_cents,
        case when conversion_amount < 0 then -1 else 1 end as value_sign,
        has_time_anomaly
    from conversions

)

select * from final
