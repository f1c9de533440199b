-- What there is to credit per type and quarter, and over all time: conversions with a touch, and
-- those without.
with

conversions as (

    select
        *,
        {{ quarter_label(org_date('converted_at')) }} as quarter
    from {{ ref('int_attribution__conversions') }}
    where not is_lead_cycle

),

journeys as (

    select conversion_key from {{ ref('int_attribution__journey_facts') }}

),

counted as (

    select
        conversions.conversion_type,
        conversions.quarter,
        journeys.conversion_key is not null as is_touched,
        count(*) as conversion_count,
        sum(conversions.conversion_amount) as conversion_amount
    from conversions
    left join journeys on conversions.conversion_key = journeys.conversion_key
    group by
        conversions.conversion_type, conversions.quarter, journeys.conversion_key is not null

),

final as (

    select
        conversion_type,
        quarter as period,
        is_touched,
        conversion_count,
        cast(conversion_amount as decimal(18, 2)) as conversion_amount
    from counted

    union all

    select
        conversion_type,
        'all' as period,
        is_touched,
        cast(sum(conversion_count) as bigint) as conversion_count,
        cast(sum(conversion_amount) as decimal(18, 2)) as conversion_amount
    from counted
    group by conversion_type, is_touched

)

select * from final
