{{ config(enabled=uses('salesforce')) }}

-- Changes of stage and amount from the field history, as states of the opportunities. It stands in
-- for OpportunityHistory, so an opportunity that has that one is left out.
with

recorded as (

    select distinct
        source_system,
        opportunity_id
    from {{ ref('stg_salesforce__opportunity_histories') }}

),

opportunities as (

    select opportunities.*
    from {{ ref('stg_salesforce__opportunities') }} as opportunities
    left join recorded
        on
            opportunities.source_system = recorded.source_system
            and opportunities.source_record_id = recorded.opportunity_id
    where recorded.opportunity_id is null

),

changes as (

    select
        changes.source_system,
        changes.source_record_id,
        changes.opportunity_id,
        changes.source_system || '|' || changes.opportunity_id
        || case lower(changes.field) when 'amount' then '|amount' else '|stage' end as field_key,
        lower(changes.field) = 'amount' as is_amount,
        changes.old_value,
        changes.new_value as source_value,
        changes.occurred_at,
        opportunities.created_at
    from {{ ref('stg_salesforce__opportunity_field_histories') }} as changes
    inner join opportunities
        on
            changes.source_system = opportunities.source_system
            and changes.opportunity_id = opportunities.source_record_id
    where
        lower(changes.field) in ('stagename', 'stage_name', 'stage', 'amount')
        and not changes.is_source_deleted

),

ordered as (

    select
        *,
        row_number() over (
            partition by field_key order by occurred_at, chain_position, change_number
        ) as field_number
    from {{ chained_changes('changes', 'field_key') }} as chained

),

points as (

    -- R13: what the first change of a field changed had held since the creation
    select
        source_system,
        coalesce(
            max(case when not is_amount then source_record_id end), max(source_record_id)
        ) as source_record_id,
        opportunity_id,
        max(case when not is_amount then old_value end) as stage,
        max(case when is_amount then {{ try_cast_decimal('old_value') }} end)
            as opportunity_amount,
        max(created_at) as occurred_at,
        true as is_stage_known,
        true as is_amount_known,
        true as is_inferred,
        -1 as chain_position
    from ordered
    where field_number = 1 and old_value is not null and occurred_at >= created_at
    group by source_system, opportunity_id

    union all

    select
        source_system,
        source_record_id,
        opportunity_id,
        case when not is_amount then source_value end as stage,
        case when is_amount then {{ try_cast_decimal('source_value') }} end
            as opportunity_amount,
        occurred_at,
        not is_amount as is_stage_known,
        is_amount as is_amount_known,
        false as is_inferred,
        -- an amount stands in the stage that its second ends in
        case when is_amount then 1000 else chain_position end as chain_position
    from ordered
    where is_amount or source_value is not null

),

-- a change of one field leaves the other as it was: both are carried on within their run
runs as (

    select
        *,
        sum(case when is_stage_known then 1 else 0 end) over by_time as stage_run,
        sum(case when is_amount_known then 1 else 0 end) over by_time as amount_run
    from points
    window by_time as (
        partition by source_system, opportunity_id
        order by occurred_at, chain_position, source_record_id
        rows between unbounded preceding and current row
    )

),

final as (

    select
        source_system,
        source_record_id,
        opportunity_id,
        max(stage) over (
            partition by source_system, opportunity_id, stage_run
        ) as stage,
        max(opportunity_amount) over (
            partition by source_system, opportunity_id, amount_run
        ) as opportunity_amount,
        cast(null as boolean) as is_closed,
        cast(null as boolean) as is_won,
        occurred_at,
        'second' as time_precision,
        is_inferred,
        chain_position
    from runs

)

select * from final
