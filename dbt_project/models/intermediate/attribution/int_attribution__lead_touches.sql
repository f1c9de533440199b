{{ config(**built_by_key('lead', 'lead_key')) }}
-- depends_on: {{ ref('int_changes__leads') }}

-- The attributable touches of each lead in their order, whatever they led to.
with

touches as (

    select * from {{ ref('int_touchpoints__touches') }}
    -- a record-source touch of an opportunity belongs to that opportunity alone
    where
        is_attributable
        and opportunity_key is null
        and {{ is_changed('lead', 'lead_key') }}

),

leads as (

    select lead_key from {{ ref('int_identity__leads') }}
    where is_live

),

final as (

    select
        touches.lead_key,
        touches.touch_key,
        touches.channel,
        touches.occurred_at as touched_at,
        row_number() over (
            partition by touches.lead_key
            order by
                touches.occurred_at, touches.touch_priority,
                {{ source_priority('touches.source_system') }}, touches.touch_key
        ) as touch_position
    from touches
    inner join leads on touches.lead_key = leads.lead_key

)

select * from final
