{# `events` with two more columns: is_overruled, an event of an opportunity that does not move the
   lead, because others of the cycle decide (R7); and close_index, the event that closed the cycle
   and still keeps it closed when the event comes (null while it is open).

   What an opportunity does moves the lead also after the close, and so does what is said to have
   happened before its creation (R12). Everything else moves it while the cycle is open. `cycle`
   lists the columns that name the cycle; from the first event on that opens the next one, the
   columns say nothing. #}
{% macro cycle_moves(events, cycle) -%}
(
    with

    counted as (

        select
            *,
            sum(case when is_opportunity_creation then 1 else 0 end) over so_far as created_count,
            sum(lost_change) over so_far as lost_count,
            sum(won_change) over so_far as won_count
        from {{ events }} as input
        window so_far as (
            partition by {{ cycle }} order by event_index rows unbounded preceding
        )

    ),

    judged as (

        select
            *,
            opportunity_key is null and membership_index = event_index as is_free,
            -- lost only when all are lost, won as soon as one is won
            opportunity_key is not null
            and case stage
                when 'lost' then created_count != lost_count
                when 'opportunity' then won_count > 0
                else false
            end as is_overruled
        from counted

    ),

    -- what moves the lead in any case begins a run, in which the first close counts
    runs as (

        select
            *,
            sum(case when is_free or is_overruled then 0 else 1 end) over (
                partition by {{ cycle }} order by event_index rows unbounded preceding
            ) as run_number
        from judged

    ),

    closed as (

        select
            *,
            min(case when closes_cycle and not is_overruled then event_index end) over (
                partition by {{ cycle }}, run_number
                order by event_index
                rows unbounded preceding
            ) as standing_index
        from runs

    ),

    moved as (

        select
            *,
            lag(standing_index) over (partition by {{ cycle }} order by event_index)
                as close_index
        from closed

    )

    select * from moved
)
{%- endmacro %}
