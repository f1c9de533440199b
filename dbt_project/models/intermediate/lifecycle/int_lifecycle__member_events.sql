{{ config(**built_by_key('lead', 'lead_key')) }}
-- depends_on: {{ ref('int_changes__leads') }}

-- The events of each opportunity as those who take part in it see them (rules R8, R12).
with

opportunity_events as (

    select
        *,
        lead(order_at) over (partition by opportunity_key order by event_number) as left_at
    from {{ ref('int_lifecycle__opportunity_events') }}
    where is_state_change

),

buying_groups as (

    select * from {{ ref('int_revenue__buying_groups') }}
    where {{ is_changed('lead', 'lead_key') }}

),

leads as (

    select * from {{ ref('int_identity__leads') }}
    where created_at is not null

),

seen as (

    select
        opportunity_events.*,
        leads.lead_key,
        leads.created_at,
        opportunity_events.order_at < leads.created_at as is_before_creation,
        opportunity_events.order_at < leads.created_at
        and opportunity_events.stage = 'opportunity' as is_joined_later,
        opportunity_events.order_at < leads.created_at
        and opportunity_events.stage = 'opportunity'
        -- an opening that was closed again stands before that close
        and coalesce(opportunity_events.left_at >= leads.created_at, true) as is_joined_open
    from opportunity_events
    inner join buying_groups on opportunity_events.opportunity_key = buying_groups.opportunity_key
    inner join leads on buying_groups.lead_key = leads.lead_key

),

final as (

    select
        lead_key,
        opportunity_key,
        is_creation as is_opportunity_creation,
        case when stage = 'lost' then 1 else 0 end
        - case when previous_stage = 'lost' then 1 else 0 end as lost_change,
        case when stage = 'customer' then 1 else 0 end
        - case when previous_stage = 'customer' then 1 else 0 end as won_change,
        source_system,
        source_object,
        source_record_id,
        stage,
        -- who comes to an opportunity that is there already enters it at their own creation
        case when is_joined_later then created_at else occurred_at end as occurred_at,
        time_precision,
        is_inferred or is_joined_later as is_inferred,
        not is_joined_later and (has_time_anomaly or is_before_creation) as has_time_anomaly,
        is_before_creation and not is_joined_open as is_older,
        -- where it stands in the line of the lead, and among what stands there
        case when is_joined_open then created_at else order_at end as line_at,
        has_time_anomaly and not is_joined_open as is_behind,
        case when is_joined_open then created_at else occurred_at end as happened_at,
        -- what stands open at the creation is before all that happens in that second
        case when is_joined_open then -1 else chain_position end as chain_position,
        is_source_deleted
    from seen

)

select * from final
