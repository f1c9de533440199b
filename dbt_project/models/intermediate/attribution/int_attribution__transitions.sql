-- The Markov chain as counts: how many journeys went from one channel to the next, per quarter and
-- over all time. All that the chain remembers of the journeys is here.
with

steps as (

    select * from {{ ref('int_attribution__chain_steps') }}

),

followed as (

    select
        conversion_type,
        {{ quarter_label(org_date('ended_at')) }} as quarter,
        is_converted,
        channel,
        lag(channel) over journey as previous_channel,
        lead(channel) over journey as next_channel
    from steps
    window journey as (
        partition by conversion_type, is_converted, journey_key order by touch_position
    )

),

moves as (

    select
        conversion_type,
        quarter,
        channel as from_state,
        coalesce(next_channel, case when is_converted then '(conversion)' else '(null)' end)
            as to_state,
        count(*) as transition_count
    from followed
    group by
        conversion_type, quarter, channel,
        coalesce(next_channel, case when is_converted then '(conversion)' else '(null)' end)

    union all

    select
        conversion_type,
        quarter,
        '(start)' as from_state,
        channel as to_state,
        count(*) as transition_count
    from followed
    where previous_channel is null
    group by conversion_type, quarter, channel

),

final as (

    select
        conversion_type,
        quarter as period,
        from_state,
        to_state,
        transition_count
    from moves

    union all

    select
        conversion_type,
        'all' as period,
        from_state,
        to_state,
        cast(sum(transition_count) as bigint) as transition_count
    from moves
    group by conversion_type, from_state, to_state

)

select * from final
