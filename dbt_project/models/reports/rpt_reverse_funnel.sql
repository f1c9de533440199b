{% set horizon = var('reverse_funnel_horizon_days') %}
{% set cohort_end = quarter_of(org_date(add_seconds('as_of', -86400 * horizon))) %}
{% set entered_day = org_date('prospects.entered_at') %}
{% set stayed = days_between('prospects.entered_at', 'prospects.moved_on_at') %}
{% set age = days_between('prospects.entered_at', 'clock.as_of') %}
{% set wait = days_between('prospects.entered_at', 'prospects.won_at') %}

with

-- the last four quarters of which everybody has had the horizon
clock as (

    select
        as_of,
        {{ org_date('as_of') }} as today,
        {{ cohort_end }} as cohort_ends,
        cast({{ dbt.dateadd('year', -1, cohort_end) }} as date) as cohort_starts
    from {{ ref('int_clock') }}

),

prospects as (

    select
        prospects.stage,
        prospects.is_standing,
        prospects.amount,
        {{ entered_day }} >= clock.cohort_starts
        and {{ entered_day }} < clock.cohort_ends as is_in_cohort,
        cast(floor({{ age }}) as bigint) as age,
        cast(floor({{ stayed }}) as bigint) as stayed,
        case when {{ wait }} between 0 and {{ horizon }} then {{ wait }} end as days_to_win
    from {{ stage_prospects(
        ref('fct_lead_lifecycle'), ref('fct_lead_stage_visits'), ref('fct_opportunities')
    ) }} as prospects
    cross join clock
    where prospects.entered_at <= clock.as_of

),

rates as (

    select
        stage,
        count(*) as cohort_count,
        count(days_to_win) as converted_count,
        percentile_cont(0.5) within group (order by days_to_win) as median_lag_days
    from prospects
    where is_in_cohort
    group by stage

),

progress as (

    select * from {{ target_progress(ref('targets'), ref('fct_opportunities'), 'clock') }}
        as progress

),

lines as (

    select
        progress.*,
        stages.stage,
        coalesce(rates.cohort_count, 0) as cohort_count,
        coalesce(rates.converted_count, 0) as converted_count,
        rates.median_lag_days,
        coalesce(expected.standing_count, 0) as standing_count,
        coalesce(expected.expected_count, 0) as expected_count,
        coalesce(
            expected.expected_amount + expected.expected_unvalued_count * progress.average_sale, 0
        ) as expected_amount
    from progress
    cross join {{ ref('lifecycle_stages') }} as stages
    left join rates on stages.stage = rates.stage
    left join {{ expected_wins('prospects', 'progress') }} as expected
        on progress.target_name = expected.target_name and stages.stage = expected.stage
    where stages.stage_rank < 60

),

-- both kinds of target in customers: money by the average sale
summed as (

    select
        *,
        {{ share_of('converted_count', 'cohort_count') }} as rate,
        {{ wilson_bound('converted_count', 'cohort_count', '-', 1.281552) }} as rate_low,
        {{ wilson_bound('converted_count', 'cohort_count', '+', 1.281552) }} as rate_high,
        case
            when metric = 'customers' then sum(expected_count) over (partition by target_name)
            else sum(expected_amount) over (partition by target_name) / nullif(average_sale, 0)
        end as on_hand
    from lines

),

final as (

    select
        cast(target_name as {{ dbt.type_string() }}) as target_name,
        cast(stage as {{ dbt.type_string() }}) as stage,
        cast(metric as {{ dbt.type_string() }}) as metric,
        cast(starts_on as date) as starting_date,
        cast(due_date as date) as due_date,
        cast(target_count as bigint) as target_count,
        cast(target_amount as decimal(18, 2)) as target_amount,
        cast(won_count as bigint) as won_count,
        cast(won_amount as decimal(18, 2)) as won_amount,
        cast(average_sale as decimal(18, 2)) as average_sale_amount,
        {{ rounded('remaining') }} as remaining_customers,
        {{ rounded('on_hand') }} as expected_customers,
        cast(
            case
                when remaining = 0 then 'reached'
                when days_to_due < 0 then 'missed'
                when on_hand >= remaining then 'on course'
                else 'behind'
            end as {{ dbt.type_string() }}
        ) as verdict,
        cast(cohort_count as bigint) as cohort_count,
        cast(converted_count as bigint) as converted_count,
        cast(rate as double) as conversion_rate,
        cast(rate_low as double) as lowest_conversion_rate,
        cast(rate_high as double) as highest_conversion_rate,
        cast(median_lag_days as double) as median_lag_days,
        cast(ceil(remaining / nullif(rate, 0)) as bigint) as needed_count,
        cast(ceil(remaining / nullif(rate_high, 0)) as bigint) as lowest_needed_count,
        cast(ceil(remaining / nullif(rate_low, 0)) as bigint) as highest_needed_count,
        {{ add_days('due_date', '-ceil(median_lag_days)') }} as latest_entry_date,
        cast(standing_count as bigint) as standing_count,
        {{ rounded('expected_count') }} as expected_conversions,
        cast(round(expected_amount, 2) as decimal(18, 2)) as expected_amount,
        cast(ceil(greatest(remaining - on_hand, 0) / nullif(rate, 0)) as bigint)
            as further_needed_count,
        cast('{{ var('reporting_currency') }}' as {{ dbt.type_string() }}) as currency_code
    from summed

)

select * from final
