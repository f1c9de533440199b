-- Opportunities whose type, time, money or people are not what the ledger needs.
with

opportunities as (

    select * from {{ ref('int_revenue__opportunities_valued') }}

),

found as (

    -- R11
    select
        'source_deleted' as reason,
        'info' as severity,
        true as is_excluded,
        source_system,
        source_object,
        source_record_id,
        cast(null as {{ dbt.type_string() }}) as detail
    from opportunities
    where is_source_deleted

    union all

    select
        'unmapped_opportunity_type' as reason,
        'warning' as severity,
        false as is_excluded,
        source_system,
        source_object,
        source_record_id,
        'type = ' || source_opportunity_type as detail
    from opportunities
    where is_type_unmapped

    union all

    -- R12
    select
        'impossible_close_date' as reason,
        'warning' as severity,
        false as is_excluded,
        source_system,
        source_object,
        source_record_id,
        'closed at ' || cast(least(stated_closed_at, closed_at) as {{ dbt.type_string() }})
        || ' is before the creation of the opportunity' as detail
    from opportunities
    where least(stated_closed_at, closed_at) < created_at

    union all

    -- R9
    select distinct
        'reversed_win' as reason,
        'warning' as severity,
        false as is_excluded,
        opportunities.source_system,
        opportunities.source_object,
        opportunities.source_record_id,
        'was won and is not any more' as detail
    from {{ ref('int_lifecycle__opportunity_events') }} as events
    inner join opportunities on events.opportunity_key = opportunities.opportunity_key
    where events.stage = 'customer' and not opportunities.is_won

    union all

    select
        'missing_fx_rate' as reason,
        'error' as severity,
        false as is_excluded,
        source_system,
        source_object,
        source_record_id,
        currency_code || ' on ' || cast(rate_date as {{ dbt.type_string() }}) as detail
    from opportunities
    where
        is_rate_missing
        and opportunity_amount_original is not null
        and not is_source_deleted

    union all

    select
        'missing_fx_rate' as reason,
        'error' as severity,
        false as is_excluded,
        source_system,
        source_object,
        source_record_id,
        currency_code || ' on ' || cast({{ org_date('created_at') }} as {{ dbt.type_string() }})
        || ', the day of its creation' as detail
    from opportunities
    where
        is_creation_rate_missing
        and first_amount_original is not null
        and not is_source_deleted
        -- the same day's rate is missing once
        and not (
            is_rate_missing
            and opportunity_amount_original is not null
            and rate_date = {{ org_date('created_at') }}
        )

    union all

    select
        'missing_amount' as reason,
        'info' as severity,
        false as is_excluded,
        source_system,
        source_object,
        source_record_id,
        'won without an amount' as detail
    from opportunities
    where is_won and opportunity_amount_original is null and not is_source_deleted

    union all

    select
        'invalid_probability' as reason,
        'warning' as severity,
        false as is_excluded,
        source_system,
        source_object,
        source_record_id,
        'outside of its range' as detail
    from opportunities
    where is_probability_invalid

    union all

    select
        'no_buying_group' as reason,
        'info' as severity,
        false as is_excluded,
        source_system,
        source_object,
        source_record_id,
        'nobody takes part in it; touches of its account count' as detail
    from opportunities
    where lead_count = 0 and not is_source_deleted

)

select * from found
