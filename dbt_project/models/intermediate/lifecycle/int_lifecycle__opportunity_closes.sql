-- The present state of each closed opportunity whose history does not end with it, as one event
-- (rule R13).
with

opportunities as (

    select * from {{ ref('int_revenue__opportunities_unioned') }}
    where is_closed

),

histories as (

    select * from {{ ref('int_lifecycle__opportunity_histories_ordered') }}
    where recency = 1

),

compared as (

    select
        opportunities.*,
        histories.occurred_at as recorded_at,
        coalesce(opportunities.stated_closed_at, opportunities.created_at) as closed_at,
        opportunities.stated_closed_at is not null as is_close_stated
    from opportunities
    left join histories on opportunities.opportunity_key = histories.opportunity_key
    where histories.stage is distinct from opportunities.opportunity_state

),

final as (

    select
        opportunity_key,
        source_object,
        source_record_id,
        stage as source_value,
        opportunity_state as stage,
        opportunity_amount_original as opportunity_amount,
        -- it came after all that history knows
        case when recorded_at > closed_at then recorded_at else closed_at end as occurred_at,
        case
            when is_close_stated and coalesce(recorded_at <= closed_at, true)
                then stated_closed_precision
            else 'second'
        end as time_precision,
        -- a close time of the second is observed; the day of a close date, which people plan and
        -- correct, is not
        not is_close_stated
        or stated_closed_precision != 'second'
        or coalesce(recorded_at > closed_at, false) as is_inferred
    from compared

)

select * from final
