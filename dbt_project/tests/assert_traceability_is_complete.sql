-- Every lead, win and exception is in one finding of its measure, and the money of the wins is
-- whole.
with

expected as (

    select
        'source' as measure,
        count(*) as total_count,
        cast(null as decimal(18, 2)) as amount
    from {{ ref('dim_leads') }}

    union all

    select
        'outcome' as measure,
        count(*) as total_count,
        cast(null as decimal(18, 2)) as amount
    from {{ ref('dim_leads') }}

    union all

    select
        'chain' as measure,
        count(*) as total_count,
        sum(opportunity_amount) as amount
    from {{ ref('fct_opportunities') }}
    where is_won and opportunity_type = 'new' and is_sales_pipeline

    union all

    select
        'exception' as measure,
        count(*) as total_count,
        cast(null as decimal(18, 2)) as amount
    from {{ ref('rpt_exceptions') }}

),

found as (

    select
        measure,
        sum(item_count) as item_count,
        sum(item_amount) as item_amount
    from {{ ref('rpt_traceability') }}
    group by measure

)

select
    expected.measure,
    expected.total_count,
    found.item_count,
    expected.amount,
    found.item_amount
from expected
left join found on expected.measure = found.measure
where
    coalesce(found.item_count, 0) != expected.total_count
    or coalesce(found.item_amount, 0) != coalesce(expected.amount, 0)
