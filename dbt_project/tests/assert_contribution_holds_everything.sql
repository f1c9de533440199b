-- The quarters hold every conversion, all of its money, and every lead; nobody's share is more.
with

expected as (

    select
        conversion_type as metric,
        round(sum(weight), 6) as total_count,
        sum(credited_amount) as total_amount
    from {{ ref('fct_attribution_credits') }}
    where attribution_model = 'linear' and conversion_type in ('pipeline', 'revenue')
    group by conversion_type

    union all

    select
        'leads' as metric,
        count(*) as total_count,
        null as total_amount
    from {{ ref('fct_lead_lifecycle') }}
    where cycle_type = 'new' and entered_inquiry_at is not null

),

found as (

    select
        metric,
        sum(total_count) as total_count,
        sum(total_amount) as total_amount,
        sum(sourced_amount) as sourced_amount,
        sum(influenced_amount) as influenced_amount
    from {{ ref('rpt_contribution_vs_target') }}
    group by metric

)

select
    expected.metric,
    expected.total_count,
    found.total_count as found_count,
    expected.total_amount,
    found.total_amount as found_amount
from expected
left join found on expected.metric = found.metric
where
    coalesce(found.total_count, 0) != expected.total_count
    or coalesce(found.total_amount, 0) != coalesce(expected.total_amount, 0)
    or coalesce(found.influenced_amount, 0) < coalesce(found.sourced_amount, 0)
    or coalesce(found.total_amount, 0) < coalesce(found.influenced_amount, 0)
