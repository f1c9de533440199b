{% set models = spend_models() %}

-- What every platform in use reports, in one shape and in the grain of its report.
with

reported as (

    {% for model in models %}
    select {{ spend_columns() | join(', ') }} from {{ ref(model) }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

    {% if not models %}
    -- no system in use reports what it cost
    select
        cast(null as {{ dbt.type_string() }}) as source_system,
        cast(null as {{ dbt.type_string() }}) as ad_account_id,
        cast(null as {{ dbt.type_string() }}) as campaign_id,
        cast(null as {{ dbt.type_string() }}) as campaign_name,
        cast(null as {{ dbt.type_string() }}) as channel,
        cast(null as date) as date_day,
        cast(null as decimal(18, 6)) as cost_amount,
        cast(null as {{ dbt.type_string() }}) as currency_code,
        cast(null as bigint) as impressions,
        cast(null as bigint) as clicks
    where false
    {% endif %}

)

select * from reported
