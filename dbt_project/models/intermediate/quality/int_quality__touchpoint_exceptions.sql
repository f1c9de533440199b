-- Touches and spend that could not be placed, priced or counted.
with

touches as (

    select * from {{ ref('int_touchpoints__touches') }}

),

found as (

    select
        'duplicate_touch' as reason,
        'info' as severity,
        true as is_excluded,
        source_system,
        source_object,
        source_record_id,
        touch_type || ' of campaign ' || campaign_key || ' is known from another record' as detail
    from touches
    where is_duplicate

    union all

    select
        'touch_without_lead' as reason,
        'info' as severity,
        false as is_excluded,
        source_system,
        source_object,
        source_record_id,
        'nobody in the ledger is known by this visitor or record' as detail
    from touches
    where
        lead_key is null
        and account_key is null
        and opportunity_key is null
        -- most visitors of a web site stay unknown: that is traffic, not an exception
        and source_object not in ('sessions', 'session_forms')

    union all

    select
        'unmapped_touch_type' as reason,
        'warning' as severity,
        false as is_excluded,
        source_system,
        source_object,
        source_record_id,
        'touch_type = ' || touch_type as detail
    from touches
    where is_type_unmapped

    union all

    select
        'unmapped_campaign' as reason,
        'info' as severity,
        false as is_excluded,
        source_system,
        source_object,
        source_record_id,
        campaign_key as detail
    from touches
    where campaign_method = 'unmapped'

    union all

    select distinct
        'unmapped_campaign' as reason,
        'info' as severity,
        false as is_excluded,
        source_system,
        'spend' as source_object,
        campaign_id as source_record_id,
        'cost of a campaign that no extract describes' as detail
    from {{ ref('int_touchpoints__spend_unioned') }}
    where not is_campaign_known

    union all

    select distinct
        'missing_fx_rate' as reason,
        'error' as severity,
        false as is_excluded,
        source_system,
        'spend' as source_object,
        campaign_id as source_record_id,
        currency_code || ' on ' || cast(date_day as {{ dbt.type_string() }}) as detail
    from {{ ref('int_touchpoints__spend_unioned') }}
    where spend_amount is null

    union all

    select distinct
        'spend_without_campaign' as reason,
        'warning' as severity,
        false as is_excluded,
        source_system,
        'spend' as source_object,
        campaign_id as source_record_id,
        'account ' || ad_account_id || ' on ' || cast(date_day as {{ dbt.type_string() }})
        || ': no history says whose campaign it was' as detail
    from {{ ref('int_touchpoints__spend_unioned') }}
    where campaign_id = '(none)'

)

select * from found
