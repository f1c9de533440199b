-- When a lead was first seen to enter a stage that is a conversion (variable
-- `lead_conversion_stages`), cycle by cycle. What was only inferred is no conversion.
with

stage_events as (

    select * from {{ ref('int_lifecycle__stage_events') }}
    where not is_inferred

),

leads as (

    select lead_key from {{ ref('int_identity__leads') }}
    where is_live

),

entries as (

    select
        case
            -- no company needs to declare any
            when to_stage is null then cast(null as {{ dbt.type_string() }})
            {% for conversion_type, stage in var('lead_conversion_stages').items() -%}
            when to_stage = '{{ stage }}' then '{{ conversion_type }}'
            {% endfor -%}
        end as conversion_type,
        *
    from stage_events

),

ranked as (

    select
        *,
        row_number() over (
            partition by lead_key, cycle_number, conversion_type order by event_number
        ) as entry_number
    from entries
    where conversion_type is not null

),

final as (

    select
        ranked.conversion_type,
        ranked.lead_key,
        ranked.cycle_number,
        ranked.occurred_at as entered_at,
        ranked.has_time_anomaly
    from ranked
    inner join leads on ranked.lead_key = leads.lead_key
    where ranked.entry_number = 1

)

select * from final
