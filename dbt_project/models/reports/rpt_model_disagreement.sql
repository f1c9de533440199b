with

credits as (

    select
        conversion_type,
        attribution_model,
        channel,
        sum(weight) as credited_conversions,
        sum(credited_amount) as credited_amount
    from {{ ref('fct_attribution_credits') }}
    group by conversion_type, attribution_model, channel

    union all

    select
        conversion_type,
        attribution_model,
        channel,
        credited_conversions,
        credited_amount
    from {{ ref('fct_channel_attribution') }}
    where period = 'all'

),

totals as (

    select
        conversion_type,
        attribution_model,
        sum(credited_conversions) as credited_conversions,
        sum(credited_amount) as credited_amount
    from credits
    group by conversion_type, attribution_model
    -- channels of journeys that led nowhere have no share of nothing
    having sum(credited_conversions) > 0

),

channels as (

    select distinct
        conversion_type,
        channel
    from credits

),

-- a model that gives a channel nothing has an opinion too
shares as (

    select
        channels.conversion_type,
        channels.channel,
        totals.attribution_model,
        round(
            coalesce(credits.credited_conversions, 0) / nullif(totals.credited_conversions, 0), 9
        ) as conversion_share,
        round(
            coalesce(cast(credits.credited_amount as double), 0)
            / nullif(cast(totals.credited_amount as double), 0),
            9
        ) as amount_share
    from channels
    inner join totals on channels.conversion_type = totals.conversion_type
    left join credits
        on
            channels.conversion_type = credits.conversion_type
            and channels.channel = credits.channel
            and totals.attribution_model = credits.attribution_model

),

ranked as (

    select
        *,
        row_number() over (
            partition by conversion_type, channel
            order by conversion_share asc nulls last, attribution_model asc
        ) as lowest_rank,
        row_number() over (
            partition by conversion_type, channel
            order by conversion_share desc nulls last, attribution_model asc
        ) as highest_rank
    from shares

),

final as (

    select
        cast(conversion_type as {{ dbt.type_string() }}) as conversion_type,
        cast(channel as {{ dbt.type_string() }}) as channel,
        cast(count(*) as bigint) as model_count,
        cast(min(conversion_share) as double) as lowest_share,
        cast(max(case when lowest_rank = 1 then attribution_model end) as {{ dbt.type_string() }})
            as lowest_share_model,
        cast(max(conversion_share) as double) as highest_share,
        cast(max(case when highest_rank = 1 then attribution_model end) as {{ dbt.type_string() }})
            as highest_share_model,
        cast(round(max(conversion_share) - min(conversion_share), 9) as double)
            as disagreement,
        cast(min(amount_share) as double) as lowest_amount_share,
        cast(max(amount_share) as double) as highest_amount_share
    from ranked
    group by conversion_type, channel

)

select * from final
