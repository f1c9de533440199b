{# Where the cycles of each lead start: (lead_key, cycle_number, start_index), by rules R6 and
   R7.

   One round per cycle, not per event: from a cycle's first event, the first event that closes
   it (an exit or a win by status; a win of one of its opportunities; the loss that leaves all
   of its opportunities lost), then the first later event that opens the next one. Events of an
   opportunity belong to the cycle that was open when it was created, so they neither close nor
   open a later one. #}
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
            closed.lead_key,
            closed.cycle_number + 1 as cycle_number,
            min(closed.event_index) as start_index
        from (
            select
                marked.*,
                max(case when event_index = close_index then stage end)
                    over (partition by lead_key) as closing_stage,
                max(case when event_index = close_index then occurred_at end)
                    over (partition by lead_key) as closed_at
            from (
                select
                    counted.*,
                    min(
                        case
                            when opportunity_key is null and closes_cycle then event_index
                            when opportunity_key is not null and stage = 'customer' then event_index
                            when
                                opportunity_key is not null and stage = 'lost'
                                and created_count = lost_count then event_index
                        end
                    ) over (partition by lead_key) as close_index
                from (
                    select
                        line_events.*,
                        cycles.cycle_number,
                        sum(case when line_events.is_opportunity_creation then 1 else 0 end)
                            over (
                                partition by line_events.lead_key order by line_events.event_index
                                rows unbounded preceding
                            ) as created_count,
                        sum(line_events.lost_change)
                            over (
                                partition by line_events.lead_key order by line_events.event_index
                                rows unbounded preceding
                            ) as lost_count
                    from cycles
                    inner join {{ line_events }} as line_events
                        on
                            cycles.lead_key = line_events.lead_key
                            and cycles.start_index <= line_events.event_index
                            and cycles.start_index <= line_events.membership_index
                ) as counted
            ) as marked
            where close_index is not null
        ) as closed
        where
            closed.event_index > closed.close_index
            and (closed.opportunity_key is null or closed.is_opportunity_creation)
            and case
                when closed.closing_stage = 'customer'
                    then
                        closed.is_opportunity_creation
                        or (
                            closed.stage_rank < 50
                            and {{ hours_between('closed.closed_at', 'closed.occurred_at') }}
                            > {{ var('reenter_grace_hours') }}
                        )
                else closed.stage != closed.closing_stage
            end
        group by closed.lead_key, closed.cycle_number

    )

    select lead_key, cycle_number, start_index from cycles
)
{%- endmacro %}
