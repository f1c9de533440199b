-- The states of each opportunity in order: created, won, lost, reopened; one row per change (rules R9, R12, R13).
with

opportunities as (

    select * from {{ ref('int_revenue__opportunities_unioned') }}

),

histories as (

    {% if uses('salesforce') %}
    select
        source_system,
        'opportunity_history' as source_object,
        source_record_id,
        {{ record_key('source_system', 'opportunity', 'opportunity_id') }} as opportunity_key,
        stage as source_value,
        opportunity_amount,
        occurred_at
    from {{ ref('stg_salesforce__opportunity_histories') }}
    where not is_source_deleted
    {% endif %}

    {% if uses('generic') %}
    {% if uses('salesforce') %}union all{% endif %}

    select
        source_system,
        'stage_events' as source_object,
        source_record_id,
        {{ record_key('source_system', 'opportunity', 'object_id') }} as opportunity_key,
        stage as source_value,
        opportunity_amount,
        occurred_at
    from {{ ref('stg_generic__stage_events') }}
    where object_type = 'opportunity'
    {% endif %}

),

mapped_histories as (

    select
        mapped.*,
        -- a stage that nobody mapped is neither won nor lost; it is reported
        coalesce(mapped_stage, 'opportunity') as stage
    from {{ map_value('histories', ref('stage_mapping'), 'stage', 'mapped_stage', 'source_value', 'opportunity') }} as mapped

),

ordered_histories as (

    select
        *,
        row_number() over (
            partition by opportunity_key
            order by occurred_at desc, source_record_id desc
        ) as recency
    from mapped_histories

),

events as (

    select
        opportunity_key,
        source_object,
        source_record_id,
        source_value,
        mapped_stage is null as is_unmapped,
        stage,
        opportunity_amount,
        occurred_at,
        'second' as time_precision,
        false as is_inferred
    from ordered_histories

    union all

    -- the creation is an observed time; it adds an event where no history row has that second
    select
        opportunities.opportunity_key,
        'opportunity' as source_object,
        opportunities.source_record_id,
        cast(null as {{ dbt.type_string() }}) as source_value,
        false as is_unmapped,
        'opportunity' as stage,
        cast(null as decimal(18, 2)) as opportunity_amount,
        opportunities.created_at as occurred_at,
        'second' as time_precision,
        false as is_inferred
    from opportunities
    left join (select distinct opportunity_key, occurred_at from histories) as recorded
        on
            opportunities.opportunity_key = recorded.opportunity_key
            and opportunities.created_at = recorded.occurred_at
    where recorded.opportunity_key is null

    union all

    -- the present state where history does not say it
    select
        opportunities.opportunity_key,
        'opportunity' as source_object,
        opportunities.source_record_id,
        opportunities.stage as source_value,
        false as is_unmapped,
        opportunities.opportunity_state as stage,
        opportunities.opportunity_amount_original as opportunity_amount,
        coalesce(opportunities.closed_at, opportunities.created_at) as occurred_at,
        case when opportunities.closed_at is null then 'second' else opportunities.closed_precision end
            as time_precision,
        opportunities.closed_at is null as is_inferred
    from opportunities
    left join ordered_histories
        on opportunities.opportunity_key = ordered_histories.opportunity_key and ordered_histories.recency = 1
    where
        opportunities.is_closed
        and (ordered_histories.stage is null or ordered_histories.stage != opportunities.opportunity_state)

),

placed as (

    select
        events.*,
        opportunities.source_system,
        opportunities.is_source_deleted,
        events.occurred_at < opportunities.created_at as has_time_anomaly,
        greatest(events.occurred_at, opportunities.created_at) as order_at,
        stages.stage_rank
    from events
    inner join opportunities on events.opportunity_key = opportunities.opportunity_key
    inner join {{ ref('lifecycle_stages') }} as stages on events.stage = stages.stage

),

ordered as (

    select
        *,
        lag(stage) over (
            partition by opportunity_key
            order by order_at, has_time_anomaly, occurred_at, stage_rank, source_record_id
        ) as previous_stage,
        row_number() over (
            partition by opportunity_key
            order by order_at, has_time_anomaly, occurred_at, stage_rank, source_record_id
        ) as event_number
    from placed

),

final as (

    select
        opportunity_key,
        source_system,
        source_object,
        source_record_id,
        event_number,
        event_number = 1 as is_creation,
        previous_stage,
        stage,
        source_value,
        is_unmapped,
        opportunity_amount,
        occurred_at,
        order_at,
        time_precision,
        is_inferred,
        has_time_anomaly,
        is_source_deleted,
        -- amounts change without a change of state
        previous_stage is null or previous_stage != stage as is_state_change
    from ordered

)

select * from final
