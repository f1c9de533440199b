{% set parts = ['sourced', 'influenced', 'credited'] %}
{% set next_quarter = dbt.dateadd('quarter', 1, 'keys.quarter_starting') %}
{% set converted_in = quarter_of(org_date('credits.converted_at')) %}
{% set is_marketing = "channels.team = 'marketing'" %}
{% set has_share = model_column('credits', 'linear', 'weight') ~ ' > 0' %}

with

-- linear gives every touch a share: where marketing has none, it had no touch in the journey
conversions as (

    select
        {{ converted_in }} as quarter_starting,
        credits.conversion_type,
        credits.conversion_key,
        {% for measure, column in {'weight': 'weight', 'credited_amount': 'amount'}.items() -%}
        {% set linear = model_column('credits', 'linear', column) -%}
        {% set first_touch = model_column('credits', 'first_touch', column) -%}
        sum({{ linear }}) as total_{{ measure }},
        sum({{ in_case(is_marketing, first_touch) }}) as sourced_{{ measure }},
        sum({{ in_case(is_marketing, linear) }}) as marketing_{{ measure }},
        {% endfor -%}
        count(case when {{ is_marketing }} and {{ has_share }} then 1 end) > 0 as is_influenced
    from {{ ref('int_attribution__touch_credits') }} as credits
    inner join {{ ref('dim_channels') }} as channels on credits.channel = channels.channel
    where credits.conversion_type in ('pipeline', 'revenue')
    group by {{ converted_in }}, credits.conversion_type, credits.conversion_key

),

-- the value is money; of leads, which come once and from one place, it is their number
quarters as (

    select
        quarter_starting,
        conversion_type as metric,
        count(*) as total_count,
        sum(sourced_weight) as sourced_count,
        count(case when is_influenced then 1 end) as influenced_count,
        sum(marketing_weight) as credited_count,
        sum(total_credited_amount) as total_value,
        sum(sourced_credited_amount) as sourced_value,
        sum({{ in_case('is_influenced', 'total_credited_amount') }}) as influenced_value,
        sum(marketing_credited_amount) as credited_value
    from conversions
    group by quarter_starting, conversion_type

    union all

    select
        {{ quarter_of(org_date('cycles.entered_inquiry_at')) }} as quarter_starting,
        'leads' as metric,
        count(*) as total_count,
        count(case when channels.team = 'marketing' then 1 end) as sourced_count,
        null as influenced_count,
        null as credited_count,
        count(*) as total_value,
        count(case when channels.team = 'marketing' then 1 end) as sourced_value,
        null as influenced_value,
        null as credited_value
    from {{ ref('fct_lead_lifecycle') }} as cycles
    inner join {{ ref('dim_channels') }} as channels on cycles.source_channel = channels.channel
    where cycles.cycle_type = 'new' and cycles.entered_inquiry_at is not null
    group by {{ quarter_of(org_date('cycles.entered_inquiry_at')) }}

),

keys as (

    select
        quarter_starting,
        metric
    from quarters
    union
    select
        quarter_starting,
        metric
    from {{ ref('contribution_targets') }}

),

shared as (

    select
        keys.quarter_starting,
        keys.metric,
        {{ add_seconds('clock.as_of', 1) }} >= {{ start_of_day_utc(next_quarter) }} as is_complete,
        coalesce(quarters.total_count, 0) as total_count,
        quarters.total_value,
        {% for part in parts -%}
        quarters.{{ part }}_count,
        quarters.{{ part }}_value,
        {{ rounded(share_of('quarters.' ~ part ~ '_value', 'quarters.total_value')) }}
            as {{ part }}_share,
        {% endfor -%}
        {% for part in ['total', 'sourced'] -%}
        {{ share_of('quarters.' ~ part ~ '_value', 'previous.' ~ part ~ '_value') }} - 1
            as {{ part }}_growth,
        {% endfor -%}
        targets.target_share,
        targets.approved_by_marketing_on,
        targets.approved_by_sales_on
    from keys
    cross join {{ ref('int_clock') }} as clock
    left join quarters
        on keys.quarter_starting = quarters.quarter_starting and keys.metric = quarters.metric
    left join quarters as previous
        on
            keys.quarter_starting
            = cast({{ dbt.dateadd('quarter', 1, 'previous.quarter_starting') }} as date)
            and keys.metric = previous.metric
    left join {{ ref('contribution_targets') }} as targets
        on keys.quarter_starting = targets.quarter_starting and keys.metric = targets.metric

),

final as (

    select
        cast(quarter_starting as date) as quarter_starting,
        cast(metric as {{ dbt.type_string() }}) as metric,
        cast(is_complete as boolean) as is_complete,
        cast(total_count as bigint) as total_count,
        cast(case when metric != 'leads' then total_value end as decimal(18, 2)) as total_amount,
        {% for part in parts -%}
        cast(round({{ part }}_count, 9) as double) as {{ part }}_conversions,
        cast(case when metric != 'leads' then {{ part }}_value end as decimal(18, 2))
            as {{ part }}_amount,
        cast({{ part }}_share as double) as {{ part }}_share,
        {% endfor -%}
        cast(target_share as double) as target_share,
        cast(approved_by_marketing_on as date) as approved_by_marketing_on,
        cast(approved_by_sales_on as date) as approved_by_sales_on,
        cast(
            case
                when target_share is null then 'no target'
                when not is_complete then 'running'
                when sourced_share >= target_share then 'met'
                else 'missed'
            end as {{ dbt.type_string() }}
        ) as verdict,
        cast(total_growth as double) as total_growth,
        cast(sourced_growth as double) as sourced_growth,
        cast(coalesce(sourced_share > 0.5, false) as boolean) as has_bias_warning,
        cast('{{ var('reporting_currency') }}' as {{ dbt.type_string() }}) as currency_code
    from shared

)

select * from final
