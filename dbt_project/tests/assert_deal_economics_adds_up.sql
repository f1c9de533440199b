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

)

select
    bands.*,
    deals.opportunity_count as expected_opportunity_count
from bands
cross join deals
where
    bands.opportunity_count != deals.opportunity_count
    or bands.won_amount != deals.won_amount
    or bands.expected_amount != deals.expected_amount
    or bands.activity_count != deals.activity_count
