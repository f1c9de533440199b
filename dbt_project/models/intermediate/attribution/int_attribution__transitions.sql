-- The Markov chain as counts: how many journeys went from one channel to the next, per quarter and
-- over all time. All that the chain remembers of the journeys is here.
with

quarters as (

    select
        conversion_type,
        quarter,
        from_state,
        to_state,
        cast(sum(transition_count) as bigint) as transition_count
    from {{ ref('int_attribution__journey_moves') }}
    group by conversion_type, quarter, from_state, to_state

),

final as (

    select
        conversion_type,
        quarter as period,
        from_state,
        to_state,
        transition_count
    from quarters

    union all

    select
        conversion_type,
        'all' as period,
        from_state,
        to_state,
        cast(sum(transition_count) as bigint) as transition_count
    from quarters
    group by conversion_type, from_state, to_state

)

select * from final
