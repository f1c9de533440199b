-- Every lost opportunity with its amount, every lead that left and every lead's own word is counted
-- once.
with

expected as (

    select
        'lost' as part,
        count(*) as item_count,
        coalesce(sum(opportunity_amount), 0) as amount
    from {{ ref('fct_opportunities') }}
    where is_sales_pipeline and is_closed and not is_won

    union all

    select
        'left' as part,
        count(*) as item_count,
        0 as amount
    from {{ ref('fct_lead_lifecycle') }}
    where outcome in ('recycled', 'disqualified')

    union all

    select
        'self_reported' as part,
        count(*) as item_count,
        0 as amount
    from {{ ref('dim_leads') }}

),

found as (

    select
        case when voice in ('lost', 'self_reported') then voice else 'left' end as part,
        sum(item_count) as item_count,
        coalesce(sum(lost_amount), 0) as amount
    from {{ ref('rpt_lost_reasons') }}
    group by case when voice in ('lost', 'self_reported') then voice else 'left' end

)

select
    expected.part,
    expected.item_count,
    found.item_count as found_count,
    expected.amount,
    found.amount as found_amount
from expected
left join found on expected.part = found.part
where
    coalesce(found.item_count, 0) != expected.item_count
    or coalesce(found.amount, 0) != expected.amount
