-- The bands sum to `(all)`, and that is every opportunity of a sales pipeline with all its money
-- and effort.
with

bands as (

    select
        case when size_band = '(all)' then 'all' else 'bands' end as part,
        sum(opportunity_count) as opportunity_count,
        sum(won_amount) as won_amount,
        sum(expected_amount) as expected_amount,
        sum(activity_count) as activity_count
    from {{ ref('rpt_deal_economics') }}
    group by case when size_band = '(all)' then 'all' else 'bands' end

),

deals as (

    select
        count(*) as opportunity_count,
        coalesce(sum(case when is_won then opportunity_amount end), 0) as won_amount,
        coalesce(sum(expected_amount), 0) as expected_amount,
        coalesce(sum(activity_count), 0) as activity_count
    from {{ ref('fct_opportunities') }}
    where is_sales_pipeline

),

parts as (

    select 'all' as part
    union all
    select 'bands' as part

)

select
    parts.part,
    bands.opportunity_count,
    bands.won_amount,
    bands.expected_amount,
    bands.activity_count,
    deals.opportunity_count as expected_opportunity_count
from parts
cross join deals
left join bands on parts.part = bands.part
where
    coalesce(bands.opportunity_count, 0) != deals.opportunity_count
    or coalesce(bands.won_amount, 0) != deals.won_amount
    or coalesce(bands.expected_amount, 0) != deals.expected_amount
    or coalesce(bands.activity_count, 0) != deals.activity_count
