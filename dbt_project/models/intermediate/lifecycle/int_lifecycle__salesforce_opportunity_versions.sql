{{ config(enabled=uses('salesforce')) }}

-- A connector's versions of the opportunities (SCD2), as states (rule R13): the first version and
-- each that changed stage or amount. When the first began, the connector began to look; an
-- opportunity that was closed by then was closed on its close date.
with

versions as (

    select
        histories.*,
        case
            when is_won then 'won'
            when is_closed then 'lost'
            else coalesce(stage, '(none)')
        end as state,
        row_number() over by_opportunity as version_number
    from {{ ref('stg_salesforce__opportunity_histories') }} as histories
    where version_started_at is not null
    window by_opportunity as (
        partition by source_system, opportunity_id order by version_started_at
    )

),

compared as (

    select
        versions.*,
        lag(state) over by_opportunity as previous_state,
        lag(opportunity_amount) over by_opportunity as previous_amount
    from versions
    window by_opportunity as (
        partition by source_system, opportunity_id order by version_started_at
    )

),

final as (

    select
        source_system,
        source_record_id,
        opportunity_id,
        stage,
        opportunity_amount,
        is_closed,
        is_won,
        case
            when version_number = 1 and is_closed
                then
                    least(
                        version_started_at,
                        coalesce({{ end_of_day_utc('close_date') }}, version_started_at)
                    )
            else version_started_at
        end as occurred_at,
        case
            when version_number = 1 and is_closed and close_date is not null then 'day'
            else 'second'
        end as time_precision,
        coalesce(version_number = 1 and is_closed, false) as is_inferred
    from compared
    where
        version_number = 1
        or state != previous_state
        or opportunity_amount is distinct from previous_amount

)

select * from final
