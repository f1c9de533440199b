{# Whoever entered a stage, in one shape: (stage, entered_at, moved_on_at, won_at, is_standing,
   amount). Up to sql it is the leads (cycles of type new): moved on with the next stage or the
   end of the cycle, won where the cycle is. From opportunity on it is the opportunities, so that
   a buying group counts once; to the same end a win counts before it for the group's first cycle
   only. #}
{% macro stage_prospects(cycles, visits, opportunities) -%}
{%- set ladder = ['inquiry', 'mql', 'sal', 'sql', 'opportunity', 'customer'] -%}
(
    with wins as (
        select
            cycles.lead_id,
            cycles.cycle_number,
            row_number() over (
                partition by visits.opportunity_id
                order by cycles.started_at, cycles.lead_id, cycles.cycle_number
            ) as group_rank
        from {{ cycles }} as cycles
        inner join {{ visits }} as visits
            on
                cycles.lead_id = visits.lead_id
                and cycles.cycle_number = visits.cycle_number
                and cycles.entered_customer_at = visits.entered_at
        where visits.stage = 'customer' and cycles.outcome = 'won'
    ),

    counted as (
        select distinct lead_id, cycle_number from wins where group_rank = 1
    ),

    leads as (
        select
            cycles.*,
            case when counted.lead_id is not null then cycles.entered_customer_at end as won_at
        from {{ cycles }} as cycles
        left join counted
            on cycles.lead_id = counted.lead_id and cycles.cycle_number = counted.cycle_number
        where cycles.cycle_type = 'new'
    )

    {% for stage in ladder[:4] %}
    select
        '{{ stage }}' as stage,
        entered_{{ stage }}_at as entered_at,
        -- the earliest of those that are known
        least(
            {%- for later in ladder[loop.index:] %}entered_{{ later }}_at, {% endfor %}ended_at
        ) as moved_on_at,
        won_at,
        is_open and furthest_stage = '{{ stage }}' as is_standing,
        cast(null as decimal(18, 2)) as amount
    from leads
    where entered_{{ stage }}_at is not null

    union all
    {% endfor %}

    select
        'opportunity' as stage,
        created_at as entered_at,
        closed_at as moved_on_at,
        case when is_won then closed_at end as won_at,
        not is_closed as is_standing,
        opportunity_amount as amount
    from {{ opportunities }}
    where opportunity_type = 'new' and is_sales_pipeline
)
{%- endmacro %}
