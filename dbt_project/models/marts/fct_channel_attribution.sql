with

removals as (

    select * from {{ ref('int_attribution__channel_removals') }}

),

totals as (

    select * from {{ ref('int_attribution__period_totals') }}

),

running as (

    select
        removals.*,
        cast(sum(removals.share) over chain as bigint) as total_share,
        cast(
            sum(removals.share) over (chain order by removals.channel rows unbounded preceding)
            as bigint
        ) as running_share,
        coalesce(totals.conversion_count, 0) as conversion_count,
        case when totals.conversion_type is null then 0 else totals.conversion_amount end
            as conversion_amount,
        cast(
            case
                when totals.conversion_type is null then 0
                else abs(totals.conversion_amount) * 100
            end as bigint
        ) as value_cents
    from removals
    left join totals
        on
            removals.conversion_type = totals.conversion_type
            and removals.period = totals.period
            and totals.is_touched
    window chain as (partition by removals.conversion_type, removals.period)

),

-- law 2, channel by channel in the order of their names
credits as (

    select
        conversion_type,
        period,
        channel,
        removal_effect,
        coalesce(conversion_count * share / nullif(cast(total_share as double), 0), 0)
            as credited_conversions,
        case
            when total_share = 0 then 0
            else
                case when conversion_amount < 0 then -1 else 1 end * (
                    {{ ceiling_share('value_cents', 'running_share', 'total_share') }}
                    - {{ ceiling_share('value_cents', '(running_share - share)', 'total_share') }}
                )
        end as credited_cents
    from running

    union all

    -- law 3: conversions without a touch are in no chain
    select
        conversion_type,
        period,
        '(unattributed)' as channel,
        cast(null as double) as removal_effect,
        conversion_count as credited_conversions,
        cast(conversion_amount * 100 as bigint) as credited_cents
    from totals
    where not is_touched

),

final as (

    select
        cast(conversion_type as {{ dbt.type_string() }}) as conversion_type,
        cast(period as {{ dbt.type_string() }}) as period,
        cast(channel as {{ dbt.type_string() }}) as channel,
        cast('markov' as {{ dbt.type_string() }}) as attribution_model,
        cast(removal_effect as double) as removal_effect,
        cast(credited_conversions as double) as credited_conversions,
        cast({{ cents_to_amount('credited_cents') }} as decimal(18, 2)) as credited_amount,
        cast('{{ var('reporting_currency') }}' as {{ dbt.type_string() }}) as currency_code
    from credits

)

select * from final
