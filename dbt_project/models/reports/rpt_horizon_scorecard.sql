{% set closes_in = quarter_of(
    "coalesce(" ~ org_date('closed_at') ~ ", expected_close_date, cast('2999-12-31' as date))"
) %}
{% set next_quarter = dbt.dateadd('quarter', 1, 'quarters.quarter_starting') %}

with

opportunities as (

    select
        *,
        {{ quarter_of(org_date('created_at')) }} as created_quarter,
        -- where an open deal is meant to close; one without a plan is for later
        {{ closes_in }} as closing_quarter
    from {{ ref('fct_opportunities') }}
    where is_sales_pipeline

),

bookings as (

    select
        closing_quarter as quarter_starting,
        count(*) as booked_count,
        count(*) - count(opportunity_amount) as unvalued_booked_count,
        sum(opportunity_amount) as booked_amount
    from opportunities
    where is_won
    group by closing_quarter

),

creations as (

    select
        created_quarter as quarter_starting,
        count(*) as created_count,
        count(*) - count(first_amount) as unvalued_created_count,
        sum(first_amount) as created_amount,
        count(case when closing_quarter > created_quarter then 1 end) as later_count,
        sum(case when closing_quarter > created_quarter then first_amount end) as later_amount
    from opportunities
    group by created_quarter

),

leads as (

    select
        {{ quarter_of(org_date('entered_inquiry_at')) }} as quarter_starting,
        count(*) as lead_count,
        count(case when outcome = 'won' then 1 end) as won_lead_count,
        count(case
            when is_open and furthest_stage in ('sal', 'sql', 'opportunity') then 1
        end) as sales_lead_count,
        -- not ready to buy is no failure
        count(case
            when outcome = 'recycled' or (is_open and furthest_stage in ('inquiry', 'mql')) then 1
        end) as nurture_lead_count,
        count(case when outcome = 'lost' then 1 end) as lost_lead_count,
        count(case when outcome = 'disqualified' then 1 end) as disqualified_lead_count
    from {{ ref('fct_lead_lifecycle') }}
    where cycle_type = 'new' and entered_inquiry_at is not null
    group by {{ quarter_of(org_date('entered_inquiry_at')) }}

),

quarters as (

    select quarter_starting from bookings
    union
    select quarter_starting from creations
    union
    select quarter_starting from leads

),

final as (

    select
        cast(quarters.quarter_starting as date) as quarter_starting,
        cast(
            {{ add_seconds('clock.as_of', 1) }} >= {{ start_of_day_utc(next_quarter) }}
            as boolean
        ) as is_complete,
        {% for column in [
            'booked_count', 'unvalued_booked_count', 'created_count', 'unvalued_created_count',
            'later_count', 'lead_count', 'won_lead_count', 'sales_lead_count',
            'nurture_lead_count', 'lost_lead_count', 'disqualified_lead_count',
        ] -%}
        cast(coalesce({{ column }}, 0) as bigint) as {{ column }},
        {% endfor -%}
        {% for column in ['booked_amount', 'created_amount', 'later_amount'] -%}
        cast(coalesce({{ column }}, 0) as decimal(18, 2)) as {{ column }},
        {% endfor -%}
        {{ share_of('creations.later_amount', 'creations.created_amount') }} as later_share,
        cast('{{ var('reporting_currency') }}' as {{ dbt.type_string() }}) as currency_code
    from quarters
    cross join {{ ref('int_clock') }} as clock
    left join bookings on quarters.quarter_starting = bookings.quarter_starting
    left join creations on quarters.quarter_starting = creations.quarter_starting
    left join leads on quarters.quarter_starting = leads.quarter_starting

)

select * from final
