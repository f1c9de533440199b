-- Opportunities with their money in the reporting currency.
with

opportunities as (

    select * from {{ ref('int_revenue__opportunities_unioned') }}

),

dates as (

    select * from {{ ref('int_revenue__opportunity_dates') }}

),

rates as (

    select * from {{ ref('int_revenue__fx_rates') }}

),

survivors as (

    select * from {{ ref('int_identity__account_survivors') }}

),

clock as (

    select as_of_date from {{ ref('int_clock') }}

),

groups as (

    select
        opportunity_key,
        count(*) as lead_count,
        count(case when is_primary then 1 end) as primary_lead_count
    from {{ ref('int_revenue__buying_groups') }}
    group by opportunity_key

),

dated as (

    select
        opportunities.*,
        survivors.account_key,
        dates.closed_at,
        dates.closed_precision,
        dates.first_amount_original,
        coalesce(groups.lead_count, 0) as lead_count,
        coalesce(groups.primary_lead_count, 0) as primary_lead_count,
        -- won and lost money stands at its day, open money at today's rate
        coalesce({{ org_date('dates.closed_at') }}, clock.as_of_date) as rate_date
    from opportunities
    inner join dates on opportunities.opportunity_key = dates.opportunity_key
    left join groups on opportunities.opportunity_key = groups.opportunity_key
    left join survivors on opportunities.source_account_key = survivors.known_key
    cross join clock

),

final as (

    select
        dated.*,
        cast(round(dated.opportunity_amount_original * rates.rate, 2) as decimal(18, 2))
            as opportunity_amount,
        cast(round(dated.list_amount_original * rates.rate, 2) as decimal(18, 2)) as list_amount,
        cast(round(dated.first_amount_original * creation_rates.rate, 2) as decimal(18, 2))
            as first_amount,
        rates.rate is null as is_rate_missing,
        creation_rates.rate is null as is_creation_rate_missing
    from dated
    left join rates
        on
            dated.currency_code = rates.currency_code
            and dated.rate_date between rates.valid_from and rates.valid_to
    left join rates as creation_rates
        on
            dated.currency_code = creation_rates.currency_code
            and {{ org_date('dated.created_at') }}
            between creation_rates.valid_from and creation_rates.valid_to

)

select * from final
