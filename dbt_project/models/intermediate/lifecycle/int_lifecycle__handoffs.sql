{{ config(**built_by_key('lead', 'lead_key')) }}

-- Handoffs to sales: observed entries to mql, with who had to answer and what the cycle says became
-- of them.
with

stage_events as (

    select * from {{ ref('int_lifecycle__stage_events') }}
    where not is_inferred and {{ is_changed('lead', 'lead_key') }}

),

-- the next observed event is what sales said of the lead
sequenced as (

    select
        *,
        lead(to_stage) over in_cycle as next_stage,
        lead(to_rank) over in_cycle as next_rank,
        lead(opportunity_key) over in_cycle as next_opportunity_key,
        lead(occurred_at) over in_cycle as next_at,
        lead(source_system) over in_cycle as next_source_system,
        lead(source_object) over in_cycle as next_source_object,
        lead(source_record_id) over in_cycle as next_source_record_id
    from stage_events
    window in_cycle as (partition by lead_key, cycle_number order by event_number)

),

cycles as (

    select
        lead_key,
        cycle_number,
        case when outcome in ('recycled', 'disqualified', 'lost') then ended_at end as exited_at,
        lead(started_at) over (partition by lead_key order by cycle_number) as next_started_at
    from {{ ref('int_lifecycle__cycles') }}
    where {{ is_changed('lead', 'lead_key') }}

),

-- whose record said it, and in which words
words as (

    select
        events.source_system,
        events.source_object,
        events.source_record_id,
        events.stage,
        min(events.source_value) as source_value,
        min(records.owner_key) as owner_key
    from {{ ref('int_lifecycle__status_events') }} as events
    inner join {{ ref('int_identity__lead_records') }} as records
        on events.record_key = records.record_key
    where
        not events.is_inferred
        and events.stage is not null
        and {{ is_changed('lead', 'records.lead_key') }}
    group by
        events.source_system, events.source_object, events.source_record_id, events.stage

),

owned as (

    select
        sequenced.*,
        coalesce(words.owner_key, leads.owner_key) as owner_key
    from sequenced
    inner join {{ ref('int_identity__leads') }} as leads on sequenced.lead_key = leads.lead_key
    left join words
        on
            sequenced.source_system = words.source_system
            and sequenced.source_object = words.source_object
            and sequenced.source_record_id = words.source_record_id
            and sequenced.to_stage = words.stage
    where sequenced.to_stage = 'mql'

),

final as (

    select
        {{ stable_key([
            'cast(owned.lead_key as ' ~ dbt.type_string() ~ ')',
            'cast(owned.cycle_number as ' ~ dbt.type_string() ~ ')',
            'cast(owned.event_number as ' ~ dbt.type_string() ~ ')',
        ]) }} as handoff_key,
        owned.lead_key,
        owned.cycle_number,
        owned.event_number,
        owned.occurred_at as handed_off_at,
        owned.has_time_anomaly,
        owned.source_system,
        owned.source_object,
        owned.source_record_id,
        owned.owner_key,
        case
            when owned.next_stage is null then null
            -- an opportunity is work of sales, also where it is lost next
            when owned.next_opportunity_key is not null or owned.next_rank between 30 and 60
                then 'accepted'
            else 'rejected'
        end as sales_decision,
        owned.next_at as decided_at,
        owned.next_stage as decided_stage,
        words.source_value as decided_value,
        case when cycles.exited_at >= owned.occurred_at then cycles.exited_at end as exited_at,
        case when cycles.next_started_at > owned.occurred_at then cycles.next_started_at end
            as next_cycle_started_at
    from owned
    inner join cycles
        on owned.lead_key = cycles.lead_key and owned.cycle_number = cycles.cycle_number
    left join words
        on
            owned.next_source_system = words.source_system
            and owned.next_source_object = words.source_object
            and owned.next_source_record_id = words.source_record_id
            and owned.next_stage = words.stage

)

select * from final
