-- Records that are in the marts, or left out of them, for a reason that a rule of the ledger gives.
with

lead_records as (

    select * from {{ ref('int_identity__lead_records') }}

),

opportunities as (

    select * from {{ ref('int_revenue__opportunities_valued') }}

),

touches as (

    select * from {{ ref('int_touchpoints__touches') }}

),

found as (

    -- R1
    select
        'unmapped_stage' as reason,
        'warning' as severity,
        true as is_excluded,
        source_system,
        source_object,
        source_record_id,
        'lead status = ' || source_value as detail
    from {{ ref('int_lifecycle__status_events') }}
    where stage is null

    union all

    select
        'unmapped_stage', 'info', false, source_system, source_object, source_record_id,
        'opportunity stage = ' || source_value
    from {{ ref('int_lifecycle__opportunity_events') }}
    where is_unmapped and source_value is not null

    union all

    select
        'unmapped_opportunity_type', 'warning', false, source_system, 'opportunity', source_record_id,
        'type = ' || source_opportunity_type
    from opportunities
    where is_type_unmapped

    union all

    -- R12
    select distinct
        'impossible_time', 'warning', false, source_system, source_object, source_record_id,
        to_stage || ' at ' || cast(occurred_at as {{ dbt.type_string() }}) || ' is before the creation of its record'
    from {{ ref('int_lifecycle__stage_events') }}
    where has_time_anomaly

    union all

    select
        'impossible_time', 'warning', false, source_system, 'opportunity', source_record_id,
        'closed at ' || cast(coalesce(won_at, closed_at) as {{ dbt.type_string() }}) || ' is before the creation of the opportunity'
    from opportunities
    where is_closed and coalesce(won_at, closed_at) < created_at

    union all

    -- R9
    select distinct
        'reversed_win', 'warning', false, events.source_system, 'opportunity', opportunities.source_record_id,
        'was won and is not any more'
    from {{ ref('int_lifecycle__opportunity_events') }} as events
    inner join opportunities on events.opportunity_key = opportunities.opportunity_key
    where events.stage = 'customer' and not opportunities.is_won

    union all

    -- R6
    select
        'event_after_close', 'info', true, source_system, source_object, source_record_id,
        stage || ' at ' || cast(occurred_at as {{ dbt.type_string() }}) || ' comes after its cycle closed and opens no other'
    from {{ ref('int_lifecycle__cycle_events') }}
    where is_after_close

    union all

    -- R11
    select
        case when merged_into_key is not null then 'source_merged' else 'source_deleted' end,
        'info', merged_into_key is null, source_system, source_object, source_record_id, cast(null as {{ dbt.type_string() }})
    from lead_records
    where is_source_deleted or merged_into_key is not null

    union all

    select
        'source_deleted', 'info', true, source_system, 'opportunity', source_record_id, cast(null as {{ dbt.type_string() }})
    from opportunities
    where is_source_deleted

    union all

    -- identity: what was not joined, and why
    select
        refused.reason, 'info', false, lead_records.source_system, lead_records.source_object,
        lead_records.source_record_id,
        cast(refused.record_count as {{ dbt.type_string() }}) || ' records, '
        || cast(refused.name_count as {{ dbt.type_string() }}) || ' names share one address'
    from lead_records
    inner join {{ ref('int_identity__refused_emails') }} as refused
        on lead_records.email_normalized = refused.email_normalized

    union all

    select
        'over_merge_refused', 'warning', false, source_system, source_object, source_record_id,
        'more than {{ var('identity_max_records') }} records are connected'
    from lead_records
    where is_over_merged

    union all

    select
        'lead_without_creation_time', 'warning', false, source_system, source_object, source_record_id,
        cast(null as {{ dbt.type_string() }})
    from lead_records
    where created_at is null

    union all

    -- money
    select
        'missing_fx_rate', 'error', false, source_system, 'opportunity', source_record_id,
        currency_code || ' on ' || cast(rate_date as {{ dbt.type_string() }})
    from opportunities
    where is_rate_missing and opportunity_amount_original is not null and not is_source_deleted

    union all

    select
        'missing_amount', 'info', false, source_system, 'opportunity', source_record_id,
        'won without an amount'
    from opportunities
    where is_won and opportunity_amount_original is null and not is_source_deleted

    union all

    select
        'invalid_probability', 'warning', false, source_system, 'opportunity', source_record_id,
        'outside of its range'
    from opportunities
    where is_probability_invalid

    union all

    select
        'no_buying_group', 'info', false, source_system, 'opportunity', source_record_id,
        'nobody takes part in it; touches of its account count'
    from opportunities
    where lead_count = 0 and not is_source_deleted

    union all

    select distinct
        'missing_fx_rate', 'error', false, source_system, 'spend', campaign_id,
        currency_code || ' on ' || cast(date_day as {{ dbt.type_string() }})
    from {{ ref('int_touchpoints__spend_unioned') }}
    where spend_amount is null

    union all

    -- touches
    select
        'duplicate_touch', 'info', true, source_system, source_object, source_record_id,
        touch_type || ' of campaign ' || campaign_key || ' is known from another record'
    from touches
    where is_duplicate

    union all

    select
        'touch_without_lead', 'info', false, source_system, source_object, source_record_id,
        'nobody in the ledger is known by this visitor or record'
    from touches
    where lead_key is null and account_key is null and opportunity_key is null

    union all

    select
        'unmapped_touch_type', 'warning', false, source_system, source_object, source_record_id,
        'touch_type = ' || touch_type
    from touches
    where is_type_unmapped

    union all

    select
        'unmapped_campaign', 'info', false, source_system, source_object, source_record_id,
        campaign_key
    from touches
    where campaign_method = 'unmapped'

)

select * from found
