{# Where the cycles of each lead start: (lead_key, cycle_number, start_index), by rules R6 and
   R7.

   One round per cycle, not per event: from a cycle's first event on, the first event that comes
   after a close and may open the next one. Events of an opportunity belong to the cycle that was
   open when it was created, so they do not open a later one. #}
{% macro cycle_starts(line_events) -%}
    {{ return(adapter.dispatch('cycle_starts', 'lead_ledger')(line_events)) }}
{%- endmacro %}

{% macro duckdb__cycle_starts(line_events) -%}
(
    with recursive

    cycles as (

        select
            lead_key,
            1 as cycle_number,
            cast(1 as bigint) as start_index
        from {{ line_events }}
        where event_index = 1

        union all

        select
            followed.lead_key,
            followed.cycle_number + 1 as cycle_number,
            min(followed.event_index) as start_index
        from {{ cycle_moves(events_since_start(line_events), 'lead_key') }} as followed
        inner join {{ line_events }} as closes
            on
                followed.lead_key = closes.lead_key
                and followed.close_index = closes.event_index
        where
            followed.event_index = followed.membership_index
            and case
                when closes.stage = 'customer'
                    then
                        followed.opportunity_key is not null
                        or (
                            followed.stage_rank < 50
                            and {{ hours_between('closes.occurred_at', 'followed.occurred_at') }}
                            > {{ var('reenter_grace_hours') }}
                        )
                else followed.stage != closes.stage
            end
        group by followed.lead_key, followed.cycle_number

    )

    select lead_key, cycle_number, start_index from cycles
)
{%- endmacro %}

{# The events from the start of the newest cycle of each lead that do not belong to an older one. #}
{% macro events_since_start(line_events) -%}
(
    select
        line_events.*,
        cycles.cycle_number
    from cycles
    inner join {{ line_events }} as line_events
        on
            cycles.lead_key = line_events.lead_key
            and cycles.start_index <= line_events.event_index
            and cycles.start_index <= line_events.membership_index
)
{%- endmacro %}
