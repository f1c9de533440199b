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
        months.account_id,
        sum(months.won_count) as won_count,
        sum(months.won_amount) as won_amount,
        max(months.lifetime_amount) as lifetime_amount,
        count(*) as month_count,
        max(months.months_since_first_win) as last_month,
        -- a customer who left has no months after that, but for later wins
        max(accounts.ended_at) as ended_at,
        count(case when months.value_month <= {{ org_date('clock.as_of') }} then 1 end)
            as past_month_count,
        {{ months_between('min(months.value_month)', org_date('max(clock.as_of)')) }} + 1
            as lived_month_count
    from {{ ref('fct_customer_value') }} as months
    cross join {{ ref('int_clock') }} as clock
    left join {{ ref('dim_accounts') }} as accounts on months.account_id = accounts.account_id
    group by months.account_id

),

totals as (

    select
        coalesce(sum(won_count), 0) as won_count,
        coalesce(sum(won_amount), 0) as won_amount,
        count(case when month_count > last_month + 1 then 1 end) as crowded_count,
        count(case
            when ended_at is null and past_month_count != greatest(lived_month_count, 0) then 1
        end) as gap_count
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
    or totals.gap_count > 0
