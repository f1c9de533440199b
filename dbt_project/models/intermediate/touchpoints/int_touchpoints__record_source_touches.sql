{{ config(**tracked(
    ['source_system', 'source_object', 'source_record_id'],
    names=[['source_system', 'source_object', 'source_record_id']]
)) }}

-- What a record itself calls its source: the weakest of touches, and an inferred one.
with

opportunities as (

    select * from {{ ref('int_revenue__opportunities_unioned') }}
    where campaign_id is not null and not is_source_deleted

),

primary_members as (

    select
        opportunity_key,
        min(lead_key) as lead_key
    from {{ ref('int_revenue__buying_groups') }}
    where is_primary
    group by opportunity_key

),

final as (

    -- the campaign that the CRM calls the source of an opportunity
    select
        opportunities.source_system,
        opportunities.source_object,
        opportunities.source_record_id,
        primary_members.lead_key,
        cast(null as bigint) as account_key,
        opportunities.opportunity_key,
        opportunities.created_at as occurred_at,
        'second' as time_precision,
        'record_source' as touch_type,
        cast(null as {{ dbt.type_string() }}) as touch_class,
        true as is_response,
        cast(null as {{ dbt.type_string() }}) as channel,
        opportunities.source,
        cast(null as {{ dbt.type_string() }}) as medium,
        cast(null as {{ dbt.type_string() }}) as click_network,
        '(not given)' as referrer,
        opportunities.campaign_id,
        cast(null as {{ dbt.type_string() }}) as utm_campaign,
        cast(null as {{ dbt.type_string() }}) as content,
        true as is_inferred
    from opportunities
    left join primary_members on opportunities.opportunity_key = primary_members.opportunity_key
    where {{ var('record_source_touches') }}

    union all

    -- a lead's own source; int_touchpoints__touches sets it aside where a touch stands at or
    -- before the lead's creation
    select
        source_system,
        source_object,
        source_record_id,
        lead_key,
        cast(null as bigint) as account_key,
        cast(null as bigint) as opportunity_key,
        created_at as occurred_at,
        'second' as time_precision,
        'record_source' as touch_type,
        cast(null as {{ dbt.type_string() }}) as touch_class,
        true as is_response,
        cast(null as {{ dbt.type_string() }}) as channel,
        first_source as source,
        cast(null as {{ dbt.type_string() }}) as medium,
        cast(null as {{ dbt.type_string() }}) as click_network,
        '(not given)' as referrer,
        cast(null as {{ dbt.type_string() }}) as campaign_id,
        cast(null as {{ dbt.type_string() }}) as utm_campaign,
        cast(null as {{ dbt.type_string() }}) as content,
        true as is_inferred
    from {{ ref('int_identity__leads') }}
    where first_source is not null and created_at is not null and {{ var('record_source_touches') }}

)

select * from final
