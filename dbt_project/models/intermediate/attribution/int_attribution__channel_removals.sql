-- What a channel is worth to the chain of a type and period: the share of conversions that would be
-- lost without it. Exact, not simulated: with F the visits between channels and b[c] the chance to
-- convert from c, a journey meets c with the chance F[start,c] / F[c,c] and converts from there.
with

transitions as (

    select
        *,
        transition_count / nullif(
            sum(cast(transition_count as double)) over (
                partition by conversion_type, period, from_state
            ), 0
        ) as probability
    from {{ ref('int_attribution__transitions') }}

),

-- whatever channel a journey comes to, it goes on from there
channels as (

    select
        conversion_type,
        period,
        from_state as channel,
        row_number() over (order by conversion_type, period, from_state) as state
    from transitions
    where from_state != '(start)'
    group by conversion_type, period, from_state

),

moves as (

    select
        transitions.conversion_type,
        transitions.period,
        origins.state as from_state,
        targets.state as to_state,
        transitions.from_state = '(start)' as is_start,
        transitions.to_state = '(conversion)' as is_conversion,
        transitions.probability
    from transitions
    left join channels as origins
        on
            transitions.conversion_type = origins.conversion_type
            and transitions.period = origins.period
            and transitions.from_state = origins.channel
    left join channels as targets
        on
            transitions.conversion_type = targets.conversion_type
            and transitions.period = targets.period
            and transitions.to_state = targets.channel

),

visits as (

    select * from {{ visit_counts('moves', 'channels') }} as visit_counts

),

chances as (

    select
        visits.from_state as state,
        sum(visits.visits * moves.probability) as conversion_chance
    from visits
    inner join moves on visits.to_state = moves.from_state and moves.is_conversion
    group by visits.from_state

),

starts as (

    select
        visits.to_state as state,
        sum(moves.probability * visits.visits) as start_visits
    from moves
    inner join visits on moves.to_state = visits.from_state
    where moves.is_start and visits.to_state is not null
    group by visits.to_state

),

chains as (

    select
        moves.conversion_type,
        moves.period,
        sum(moves.probability * coalesce(chances.conversion_chance, 0)) as conversion_chance
    from moves
    left join chances on moves.to_state = chances.state
    where moves.is_start
    group by moves.conversion_type, moves.period

),

removals as (

    select
        channels.conversion_type,
        channels.period,
        channels.channel,
        chains.conversion_chance,
        -- where nothing converts, and for a channel that no journey meets, nothing is lost
        coalesce(
            starts.start_visits / nullif(own_visits.visits, 0)
            * chances.conversion_chance / nullif(chains.conversion_chance, 0),
            0
        ) as removal_effect,
        coalesce(remainders.visits, 0) as uncounted_visits
    from channels
    inner join chains
        on channels.conversion_type = chains.conversion_type and channels.period = chains.period
    inner join visits as own_visits
        on channels.state = own_visits.from_state and channels.state = own_visits.to_state
    left join visits as remainders
        on channels.state = remainders.from_state and remainders.to_state is null
    left join chances on channels.state = chances.state
    left join starts on channels.state = starts.state

),

-- the sum of doubles differs in its last places from run to run: what is compared is rounded
final as (

    select
        conversion_type,
        period,
        channel,
        round(conversion_chance, 9) as conversion_chance,
        round(removal_effect, 9) as removal_effect,
        cast(round(coalesce(
            1e9 * removal_effect
            / nullif(sum(removal_effect) over (partition by conversion_type, period), 0),
            0
        )) as bigint) as share,
        uncounted_visits
    from removals

)

select * from final
