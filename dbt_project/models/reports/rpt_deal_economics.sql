with

deals as (

    {% for band in [deal_size_band('opportunity_amount'), "'(all)'"] %}
    select
        {{ band }} as size_band,
        opportunity_id,
        is_closed,
        is_won,
        is_closed and not is_won as is_lost,
        opportunity_amount,
        expected_amount,
        activity_count,
        {{ days_between('created_at', 'closed_at') }} as days_to_close,
        -- a discount is known where both prices are
        case when is_won and list_amount > 0 and opportunity_amount is not null then list_amount end
            as list_amount
    from {{ ref('fct_opportunities') }}
    where is_sales_pipeline
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

ranked as (

    select
        *,
        row_number() over (
            partition by size_band order by expected_amount desc nulls last, opportunity_id asc
        ) as pipeline_rank
    from deals

),

summed as (

    select
        size_band,
        count(*) as opportunity_count,
        count(case when not is_closed then 1 end) as open_count,
        count(case when is_won then 1 end) as won_count,
        count(case when is_lost then 1 end) as lost_count,
        sum(case when is_won then opportunity_amount end) as won_amount,
        sum(case when is_lost then opportunity_amount end) as lost_amount,
        sum(case when not is_closed then opportunity_amount end) as open_amount,
        sum(expected_amount) as expected_amount,
        sum(case when pipeline_rank = 1 then expected_amount end) as top1_amount,
        sum(case when pipeline_rank <= 5 then expected_amount end) as top5_amount,
        sum(activity_count) as activity_count,
        sum(case when is_closed then activity_count else 0 end) as closed_activity_count,
        percentile_cont(0.5) within group (order by case when is_won then days_to_close end)
            as median_days_to_win,
        count(list_amount) as listed_count,
        sum(list_amount) as list_amount,
        sum(case when list_amount is not null then opportunity_amount end) as listed_won_amount
    from ranked
    group by size_band

),

final as (

    select
        cast(size_band as {{ dbt.type_string() }}) as size_band,
        {% for count in [
            'opportunity_count', 'open_count', 'won_count', 'lost_count', 'activity_count',
            'closed_activity_count', 'listed_count',
        ] -%}
        cast({{ count }} as bigint) as {{ count }},
        {% endfor -%}
        {% for amount in ['won_amount', 'lost_amount', 'open_amount', 'expected_amount'] -%}
        cast(coalesce({{ amount }}, 0) as decimal(18, 2)) as {{ amount }},
        {% endfor -%}
        {{ share_of('won_count', 'won_count + lost_count') }} as win_rate,
        {{ share_of('won_amount', 'won_amount + coalesce(lost_amount, 0)') }} as value_win_rate,
        {{ share_of('closed_activity_count', 'won_count + lost_count') }}
            as activities_per_closed_opportunity,
        {{ share_of('coalesce(won_amount, 0)', 'closed_activity_count') }} as won_per_activity,
        cast(median_days_to_win as double) as median_days_to_win,
        {{ share_of('top1_amount', 'expected_amount') }} as top1_pipeline_share,
        {{ share_of('top5_amount', 'expected_amount') }} as top5_pipeline_share,
        cast(list_amount as decimal(18, 2)) as list_amount,
        1 - {{ share_of('listed_won_amount', 'list_amount') }} as discount_share,
        cast('{{ var('reporting_currency') }}' as {{ dbt.type_string() }}) as currency_code
    from summed

)

select * from final
