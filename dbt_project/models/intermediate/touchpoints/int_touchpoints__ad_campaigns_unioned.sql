{% set histories = campaign_history_models() %}

-- Campaigns of the ad platforms: the newest version where the platform has a history, else the
-- name in the newest report.
with

versions as (

    {% for model in histories %}
    select
        source_system,
        source_record_id as campaign_id,
        campaign_name,
        campaign_type,
        start_date,
        end_date,
        updated_at,
        1 as source_rank
    from {{ ref(model) }}

    union all
    {% endfor %}

    select
        source_system,
        campaign_id,
        max(campaign_name) as campaign_name,
        cast(null as {{ dbt.type_string() }}) as campaign_type,
        cast(null as date) as start_date,
        cast(null as date) as end_date,
        cast(date_day as timestamp) as updated_at,
        2 as source_rank
    from {{ ref('int_touchpoints__ad_spend_unioned') }}
    where campaign_name is not null
    group by source_system, campaign_id, date_day

),

ranked as (

    select
        *,
        row_number() over (
            partition by source_system, campaign_id order by source_rank asc, updated_at desc
        ) as recency
    from versions

),

final as (

    select
        source_system,
        campaign_id,
        campaign_name,
        campaign_type,
        start_date,
        end_date
    from ranked
    where recency = 1

)

select * from final
