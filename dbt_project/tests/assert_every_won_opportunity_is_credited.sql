-- Laws 3 and 6: every model credits every won new opportunity and nothing else, so all models
-- credit one total. The expected totals are read from fct_opportunities, not from the
-- attribution models.
with

models as (

    select distinct attribution_model from {{ ref('fct_attribution_credits') }}

),

credited as (

    select
        attribution_model,
        count(distinct opportunity_id) as opportunity_count,
        coalesce(sum(credited_amount), 0) as credited_amount
    from {{ ref('fct_attribution_credits') }}
    where conversion_type = 'revenue'
    group by attribution_model

),

won as (

    select
        count(*) as opportunity_count,
        coalesce(sum(opportunity_amount), 0) as won_amount
    from {{ ref('fct_opportunities') }}
    where is_won and opportunity_type = 'new' and is_sales_pipeline

)

select
    models.attribution_model,
    credited.opportunity_count,
    credited.credited_amount,
    won.opportunity_count as won_count,
    won.won_amount
from models
cross join won
left join credited on models.attribution_model = credited.attribution_model
where
    coalesce(credited.opportunity_count, 0) != won.opportunity_count
    or coalesce(credited.credited_amount, 0) != won.won_amount
