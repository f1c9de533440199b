{{ config(**built_by_key('conversion', 'conversion_key')) }}
-- depends_on: {{ ref('int_changes__conversions') }}

-- The attributable touches of each conversion in their order, with what the models need to know of
-- each.
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

channels as (

    select * from {{ ref('channels') }}

),

first_leads as (

    select * from conversion_leads
    where creation_rank = 1

),

candidates as (

    select
        conversion_leads.conversion_key,
        touches.*
    from conversion_leads
    inner join touches on conversion_leads.lead_key = touches.lead_key
    -- a record-source touch of an opportunity belongs to that opportunity alone
    where touches.opportunity_key is null

    union all

    select
        conversions.conversion_key,
        touches.*
    from conversions
    inner join touches on conversions.opportunity_key = touches.opportunity_key

    union all

    select
        conversions.conversion_key,
        touches.*
    from conversions
    inner join touches on conversions.account_key = touches.account_key
    where
        conversions.touch_scope_used = 'account'
        and touches.lead_key is null
        and touches.opportunity_key is null

),

final as (

    select
        conversions.conversion_key,
        candidates.touch_key,
        row_number() over (
            partition by conversions.conversion_key
            order by
                candidates.occurred_at, candidates.touch_priority,
                {{ source_priority('candidates.source_system') }}, candidates.touch_key
        ) as touch_position,
        candidates.lead_key,
        candidates.occurred_at as touched_at,
        candidates.channel,
        candidates.campaign_key,
        candidates.can_be_middle,
        candidates.channel = 'direct' as is_direct,
        coalesce(channels.is_paid, false) as is_paid,
        coalesce(
            candidates.lead_key = first_leads.lead_key
            and candidates.occurred_at <= first_leads.lead_created_at,
            false
        ) as is_before_lead_creation,
        coalesce(
            candidates.lead_key = first_leads.lead_key
            and candidates.occurred_at > first_leads.lead_created_at
            and {{ hours_between('first_leads.lead_created_at', 'candidates.occurred_at') }}
            <= {{ var('milestone_grace_hours') }},
            false
        ) as is_in_creation_grace,
        coalesce(candidates.occurred_at <= conversions.opportunity_created_at, false)
            as is_before_opportunity,
        coalesce(candidates.occurred_at <= conversions.won_at, false) as is_before_win
    from candidates
    inner join conversions on candidates.conversion_key = conversions.conversion_key
    left join first_leads on candidates.conversion_key = first_leads.conversion_key
    left join channels on candidates.channel = channels.channel
    -- both ends are in; a touch after the conversion never counts
    where candidates.occurred_at between conversions.window_starts_at and conversions.converted_at

)

select * from final
