{{ config(**built_by_key('journey', 'journey_key')) }}

-- How often each journey goes from one channel to the next, from its start to its end: what it adds
-- to the Markov chain.
with

paths as (

    select * from {{ ref('int_attribution__journey_paths') }}
    where path is not null and {{ is_changed('journey', 'journey_key') }}

),

{% set ending = "case when is_converted then '(conversion)' else '(null)' end" %}

moves as (

    select
        conversion_type,
        is_converted,
        journey_key,
        quarter,
        {{ list_moves('path', "'(start)'", ending) }}
    from paths

),

final as (

    select
        conversion_type,
        is_converted,
        journey_key,
        quarter,
        from_state,
        to_state,
        count(*) as transition_count
    from moves
    group by conversion_type, is_converted, journey_key, quarter, from_state, to_state

)

select * from final
