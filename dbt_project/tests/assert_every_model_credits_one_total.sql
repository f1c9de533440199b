-- Law 6: all models that credit a conversion type credit the same conversions and the same money.
with

credited as (

    select
        conversion_type,
        attribution_model,
        count(distinct conversion_id) as conversion_count,
        coalesce(sum(credited_amount), 0) as credited_amount
    from {{ ref('fct_attribution_credits') }}
    group by conversion_type, attribution_model

)

select
    conversion_type,
    min(conversion_count) as fewest_conversions,
    max(conversion_count) as most_conversions,
    min(credited_amount) as lowest_amount,
    max(credited_amount) as highest_amount
from credited
group by conversion_type
having
    min(conversion_count) != max(conversion_count)
    or min(credited_amount) != max(credited_amount)
