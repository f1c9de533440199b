{{ config(**built_by_key('lead', 'lead_key')) }}

-- The first touch of each cycle: where the lead came from this time.
with

cycles as (

    select
        lead_key,
        cycle_number,
        started_at,
        lead(started_at) over (partition by lead_key order by cycle_number) as next_started_at
    from {{ ref('int_lifecycle__cycles') }}
    where {{ is_changed('lead', 'lead_key') }}

),

touches as (

    select * from {{ ref('int_touchpoints__touches') }}
    where is_attributable and lead_key is not null and opportunity_key is null

),

ranked as (

    select
        cycles.lead_key,
        cycles.cycle_number,
        touches.channel,
        touches.campaign_key,
        touches.is_inferred,
        row_number() over (
            partition by cycles.lead_key, cycles.cycle_number
            order by
                touches.occurred_at, touches.touch_priority,
                {{ source_priority('touches.source_system') }}, touches.touch_key
        ) as touch_rank
    from cycles
    inner join touches on cycles.lead_key = touches.lead_key
    where
        -- what came before the first cycle led to it
        (cycles.cycle_number = 1 or touches.occurred_at >= cycles.started_at)
        and (cycles.next_started_at is null or touches.occurred_at < cycles.next_started_at)

),

final as (

    select
        lead_key,
        cycle_number,
        channel,
        campaign_key,
        is_inferred
    from ranked
    where touch_rank = 1

)

select * from final
