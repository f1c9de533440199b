-- The months of all customers hold every win of an account in a sales pipeline, and every customer
-- has each month from the first win on.
with

wins as (

    select
        count(*) as won_count,
        coalesce(sum(opportunity_amount), 0) as won_amount
    from {{ ref('fct_opportunities') }}
    where is_won and is_sales_pipeline and account_id is not null

),

customers as (

    select
        account_id,
        sum(won_count) as won_count,
        sum(won_amount) as won_amount,
        max(lifetime_amount) as lifetime_amount,
        count(*) as month_count,
        max(months_since_first_win) as last_month
    from {{ ref('fct_customer_value') }}
    group by account_id

),

totals as (

    select
        coalesce(sum(won_count), 0) as won_count,
        coalesce(sum(won_amount), 0) as won_amount,
        count(case when month_count > last_month + 1 then 1 end) as crowded_count
    from customers

)

select
    totals.*,
    wins.won_count as expected_count,
    wins.won_amount as expected_amount
from totals
cross join wins
where
    totals.won_count != wins.won_count
    or totals.won_amount != wins.won_amount
    or totals.crowded_count > 0
