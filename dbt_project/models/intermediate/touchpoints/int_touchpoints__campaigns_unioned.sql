{{ config(**tracked(
    ['source_system', 'campaign_id'], names=[['source_system', "'any_campaign'", 'campaign_id']]
)) }}

-- Campaigns of the CRM, the ad platforms and the generic source, each with its key.
with

campaigns as (

    select
        source_system,
        campaign_id,
        campaign_name,
        campaign_type,
        cast(null as {{ dbt.type_string() }}) as channel,
        cast(null as {{ dbt.type_string() }}) as source,
        cast(null as {{ dbt.type_string() }}) as medium,
        start_date,
        end_date,
        cast(null as decimal(18, 2)) as actual_cost_amount,
        cast(null as {{ dbt.type_string() }}) as currency_code,
        true as is_ad_platform
    from {{ ref('int_touchpoints__ad_campaigns_unioned') }}

    {% if uses('salesforce') %}
    union all

    select
        source_system,
        source_record_id as campaign_id,
        campaign_name,
        campaign_type,
        cast(null as {{ dbt.type_string() }}) as channel,
        cast(null as {{ dbt.type_string() }}) as source,
        cast(null as {{ dbt.type_string() }}) as medium,
        start_date,
        end_date,
        actual_cost_amount,
        currency_code,
        false as is_ad_platform
    from {{ ref('stg_salesforce__campaigns') }}
    where not is_source_deleted
    {% endif %}

    {% if uses('hubspot') %}
    union all

    select
        source_system,
        source_record_id as campaign_id,
        campaign_name,
        'email' as campaign_type,
        cast(null as {{ dbt.type_string() }}) as channel,
        cast(null as {{ dbt.type_string() }}) as source,
        'email' as medium,
        cast(null as date) as start_date,
        cast(null as date) as end_date,
        cast(null as decimal(18, 2)) as actual_cost_amount,
        cast(null as {{ dbt.type_string() }}) as currency_code,
        false as is_ad_platform
    from {{ ref('stg_hubspot__email_campaigns') }}
    {% endif %}

    {% if uses('generic') %}
    union all

    select
        source_system,
        source_record_id as campaign_id,
        campaign_name,
        cast(null as {{ dbt.type_string() }}) as campaign_type,
        channel,
        source,
        medium,
        start_date,
        end_date,
        actual_cost_amount,
        currency_code,
        false as is_ad_platform
    from {{ ref('stg_generic__campaigns') }}
    {% endif %}

),

final as (

    select
        campaigns.*,
        coalesce(mapping.campaign_key, campaigns.source_system || ':' || campaigns.campaign_id)
            as campaign_key,
        case when mapping.campaign_key is null then 'campaign_id' else 'mapping' end
            as campaign_method,
        lower(trim(campaigns.campaign_name)) as name_normalized
    from campaigns
    left join {{ ref('campaign_mapping') }} as mapping
        on
            campaigns.source_system = mapping.source_system
            and campaigns.campaign_id = mapping.campaign_id

)

select * from final
