-- Law 4 from the other end: what the systems in use report stands in fct_spend_daily, in the
-- currency it was paid in; a cent a row is rounding.
{% set models = spend_models() %}

with

reported as (

    {% for model in models %}
    select
        source_system,
        coalesce(upper(currency_code), '{{ var('reporting_currency') }}') as currency_code,
        sum(cost_amount) as cost_amount,
        count(*) as row_count
    from {{ ref(model) }}
    group by source_system, coalesce(upper(currency_code), '{{ var('reporting_currency') }}')
    {% if not loop.last %}union all{% endif %}
    {% else %}
    select
        cast(null as {{ dbt.type_string() }}) as source_system,
        cast(null as {{ dbt.type_string() }}) as currency_code,
        0 as cost_amount,
        0 as row_count
    {% endfor %}

),

found as (

    select
        source_system,
        currency_code,
        sum(spend_amount_original) as spend_amount_original
    from {{ ref('fct_spend_daily') }}
    group by source_system, currency_code

)

select
    reported.*,
    found.spend_amount_original
from reported
left join found
    on
        reported.source_system = found.source_system
        and reported.currency_code = found.currency_code
where
    abs(coalesce(found.spend_amount_original, 0) - reported.cost_amount)
    > 0.01 * reported.row_count
