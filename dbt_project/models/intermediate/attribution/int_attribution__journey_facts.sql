{{ config(**built_by_key('conversion', 'conversion_key')) }}

-- What the models need to know of a whole journey: its length, and on which touch the milestones
-- and the first and last of a kind fall. A milestone that lies after the conversion has no touch.
with

journeys as (

    select * from {{ ref('int_attribution__journeys') }}
    where {{ is_changed('conversion', 'conversion_key') }}

),

conversions as (

    select * from {{ ref('int_attribution__conversions') }}
    where {{ is_changed('conversion', 'conversion_key') }}

),

first_leads as (

    select * from {{ ref('int_attribution__conversion_leads') }}
    where creation_rank = 1 and {{ is_changed('conversion', 'conversion_key') }}

),

multiples as (

    select * from {{ ref('int_attribution__journey_multiples') }}
    where {{ is_changed('conversion', 'conversion_key') }}

),

counted as (

    select
        conversion_key,
        count(*) as touch_count,
        max(touched_at) as last_touched_at,
        coalesce(min(case when not is_direct then touch_position end), 1)
            as first_non_direct_position,
        coalesce(max(case when not is_direct then touch_position end), count(*))
            as last_non_direct_position,
        coalesce(min(case when is_paid then touch_position end), 1) as first_paid_position,
        coalesce(max(case when is_paid then touch_position end), count(*)) as last_paid_position,
        coalesce(
            max(case when is_before_lead_creation then touch_position end),
            min(case when is_in_creation_grace then touch_position end)
        ) as creation_position,
        max(case when is_before_opportunity then touch_position end) as opportunity_position,
        max(case when is_before_win then touch_position end) as win_position
    from journeys
    group by conversion_key

),

dated as (

    select
        counted.*,
        multiples.touch_count_multiple,
        conversions.is_lead_cycle,
        coalesce(first_leads.lead_created_at <= conversions.converted_at, true) as has_lc,
        coalesce(conversions.opportunity_created_at <= conversions.converted_at, false) as has_oc,
        coalesce(conversions.won_at <= conversions.converted_at, false) as has_cw
    from counted
    inner join conversions on counted.conversion_key = conversions.conversion_key
    inner join multiples on counted.conversion_key = multiples.conversion_key
    left join first_leads on counted.conversion_key = first_leads.conversion_key

),

final as (

    select
        conversion_key,
        is_lead_cycle,
        touch_count,
        touch_count_multiple,
        last_touched_at,
        first_non_direct_position,
        last_non_direct_position,
        first_paid_position,
        last_paid_position,
        true as has_ft,
        has_lc,
        has_oc,
        has_cw,
        1 as ft_position,
        case when has_lc then creation_position end as lc_position,
        case when has_oc then opportunity_position end as oc_position,
        case when has_cw then win_position end as cw_position
    from dated

)

select * from final
