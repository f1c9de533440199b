with

campaigns as (

    select * from {{ ref('int_touchpoints__campaigns_unioned') }}

),

utm_campaigns as (

    select * from {{ ref('int_touchpoints__utm_campaigns') }}

),

touches as (

    select * from {{ ref('int_touchpoints__touches') }}

),

spend as (

    select * from {{ ref('int_touchpoints__spend_unioned') }}

),

keys as (

    select campaign_key from campaigns
    union
    select campaign_key from utm_campaigns
    union
    select campaign_key from touches where campaign_key is not null
    union
    select campaign_key from spend

),

described as (

    -- several campaigns may share a key by mapping: the first of them names it
    select
        *,
        row_number() over (
            partition by campaign_key order by source_system, campaign_id
        ) as preference,
        count(*) over (partition by campaign_key) as source_campaign_count
    from campaigns

),

final as (

    select
        cast(keys.campaign_key as {{ dbt.type_string() }}) as campaign_key,
        cast(described.source_system as {{ dbt.type_string() }}) as source_system,
        cast(described.campaign_id as {{ dbt.type_string() }}) as source_record_id,
        cast(coalesce(described.campaign_name, keys.campaign_key) as {{ dbt.type_string() }})
            as campaign_name,
        cast(described.campaign_type as {{ dbt.type_string() }}) as campaign_type,
        cast(described.start_date as date) as start_date,
        cast(described.end_date as date) as end_date,
        cast(coalesce(described.source_campaign_count, 0) as bigint) as source_campaign_count,
        cast(described.campaign_key is null as boolean) as is_unmapped
    from keys
    left join described on keys.campaign_key = described.campaign_key and described.preference = 1

)

select * from final
