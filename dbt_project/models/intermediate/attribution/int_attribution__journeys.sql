{{ config(**built_by_key('conversion', 'conversion_key')) }}
-- depends_on: {{ ref('int_changes__conversions') }}

-- The attributable touches of each conversion in their order, with what the models need to know
-- of each.
with

conversions as (

    select * from {{ ref('int_attribution__conversions') }}
    where {{ is_changed('conversion', 'conversion_key') }}

),

conversion_leads as (

    select * from {{ ref('int_attribution__conversion_leads') }}
    where {{ is_changed('conversion', 'conversion_key') }}

),

touches as (

    select * from {{ ref('int_touchpoints__touches') }}
    where is_attributable

),

group_touches as (

    select
        conversion_leads.conversion_key,
        touches.touch_key
    from conversion_leads
    inner join touches on conversion_leads.lead_key = touches.lead_key
    -- a record-source touch of an opportunity belongs to that opportunity alone
    where touches.opportunity_key is null

    union all

    select
        conversions.conversion_key,
        touches.touch_key
    from conversions
    inner join touches on conversions.opportunity_key = touches.opportunity_key

    union all

    select
        conversions.conversion_key,
        touches.touch_key
    from conversions
    inner join touches on conversions.account_key = touches.account_key
    where
        conversions.touch_scope_used = 'account'
        and touches.lead_key is null
        and touches.opportunity_key is null

),

inside as (

    select
        conversions.conversion_key,
        conversions.opportunity_created_at,
        conversions.converted_at,
        touches.touch_key,
        touches.lead_key,
        touches.occurred_at,
        touches.touch_priority,
        touches.source_system,
        touches.can_be_middle
    from group_touches
    inner join conversions on group_touches.conversion_key = conversions.conversion_key
    inner join touches on group_touches.touch_key = touches.touch_key
    where touches.occurred_at between conversions.window_starts_at and conversions.converted_at

),

first_leads as (

    select * from conversion_leads
    where creation_rank = 1

),

positioned as (

    select
        inside.*,
        first_leads.lead_created_at as group_created_at,
        first_leads.lead_key = inside.lead_key as is_of_first_lead,
        row_number() over journey as touch_position,
        count(*) over (partition by inside.conversion_key) as touch_count,
        {{ epoch_seconds('max(inside.occurred_at) over (partition by inside.conversion_key)') }}
        - {{ epoch_seconds('inside.occurred_at') }} as seconds_before_last
    from inside
    left join first_leads on inside.conversion_key = first_leads.conversion_key
    window journey as (
        partition by inside.conversion_key
        order by
            inside.occurred_at, inside.touch_priority,
            {{ source_priority('inside.source_system') }}, inside.touch_key
    )

),

final as (

    select
        conversion_key,
        touch_key,
        touch_position,
        touch_count,
        seconds_before_last,
        can_be_middle,
        -- the creation of the group's first lead, the opportunity's creation: milestones after the
        -- conversion are not part of a model
        group_created_at <= converted_at as has_lead_creation,
        opportunity_created_at <= converted_at as has_opportunity_creation,
        coalesce(is_of_first_lead and occurred_at <= group_created_at, false)
            as is_before_lead_creation,
        coalesce(
            is_of_first_lead
            and occurred_at > group_created_at
            and {{ hours_between('group_created_at', 'occurred_at') }}
            <= {{ var('milestone_grace_hours') }},
            false
        ) as is_in_creation_grace,
        occurred_at <= opportunity_created_at as is_before_opportunity
    from positioned

)

select * from final
