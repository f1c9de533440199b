-- Laws 2, 3 and 6 for the chain: its channels credit the conversions and the money that the models
-- of touches credit, per quarter and over all time.
with

conversions as (

    select
        conversion_type,
        {{ quarter_label(org_date('converted_at')) }} as quarter,
        attribution_model,
        sum(weight) as credited_conversions,
        sum(credited_amount) as credited_amount
    from {{ ref('fct_attribution_credits') }}
    where conversion_type in ('revenue', 'pipeline')
    group by conversion_type, {{ quarter_label(org_date('converted_at')) }}, attribution_model

),

-- any model will do: they credit one total
one_model as (

    select * from conversions
    where attribution_model = '{{ attribution_models()[0].name }}'

),

expected as (

    select
        conversion_type,
        quarter as period,
        credited_conversions,
        credited_amount
    from one_model
    union all
    select
        conversion_type,
        'all' as period,
        sum(credited_conversions) as credited_conversions,
        sum(credited_amount) as credited_amount
    from one_model
    group by conversion_type

),

found as (

    select
        conversion_type,
        period,
        sum(credited_conversions) as credited_conversions,
        sum(credited_amount) as credited_amount
    from {{ ref('fct_channel_attribution') }}
    group by conversion_type, period

)

select
    coalesce(expected.conversion_type, found.conversion_type) as conversion_type,
    coalesce(expected.period, found.period) as period,
    expected.credited_conversions as expected_conversions,
    found.credited_conversions,
    expected.credited_amount as expected_amount,
    found.credited_amount
from expected
full outer join found
    on expected.conversion_type = found.conversion_type and expected.period = found.period
where
    abs(coalesce(expected.credited_conversions, 0) - coalesce(found.credited_conversions, 0)) > 1e-6
    or coalesce(expected.credited_amount, 0) != coalesce(found.credited_amount, 0)
