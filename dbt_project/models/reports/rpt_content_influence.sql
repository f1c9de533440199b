with

credits as (

    select * from {{ ref('fct_attribution_credits') }}
    where attribution_model = 'linear'

),

contents as (

    select
        touch_id,
        content
    from {{ ref('fct_touches') }}
    where content is not null and is_attributable

),

touched as (

    select
        credits.conversion_type,
        credits.conversion_id,
        credits.touch_id,
        credits.weight,
        credits.credited_amount,
        {{ days_between('credits.touched_at', 'credits.converted_at') }} as days_before,
        case
            when credits.touch_id is null then '(unattributed)'
            else coalesce(contents.content, '(none)')
        end as content
    from credits
    left join contents on credits.touch_id = contents.touch_id

),

-- a site may have more addresses than anybody reads: the tail is one row
ranked as (

    select
        conversion_type,
        content,
        row_number() over (
            partition by conversion_type order by round(sum(weight), 9) desc, content asc
        ) as content_rank
    from touched
    group by conversion_type, content

),

labelled as (

    select
        touched.*,
        case
            when ranked.content_rank <= {{ var('top_contents') }} then touched.content
            else '(other)'
        end as shown_content
    from touched
    inner join ranked
        on
            touched.conversion_type = ranked.conversion_type
            and touched.content = ranked.content

),

per_conversion as (

    select
        conversion_type,
        conversion_id,
        shown_content,
        count(touch_id) as touch_count,
        sum(weight) as weight,
        sum(credited_amount) as credited_amount,
        max(days_before) as days_before
    from labelled
    group by conversion_type, conversion_id, shown_content

),

totals as (

    select
        conversion_type,
        conversion_id,
        sum(credited_amount) as conversion_amount
    from credits
    group by conversion_type, conversion_id

),

type_totals as (

    select
        conversion_type,
        count(*) as conversion_count
    from totals
    group by conversion_type

),

final as (

    select
        cast(per_conversion.conversion_type as {{ dbt.type_string() }}) as conversion_type,
        cast(per_conversion.shown_content as {{ dbt.type_string() }}) as content,
        cast(sum(per_conversion.touch_count) as bigint) as touch_count,
        cast(count(*) as bigint) as conversion_count,
        cast(min(type_totals.conversion_count) as bigint) as all_conversion_count,
        {{ share_of('count(*)', 'min(type_totals.conversion_count)') }} as influenced_rate,
        cast(sum(totals.conversion_amount) as decimal(18, 2)) as influenced_amount,
        cast(round(sum(per_conversion.weight), 9) as double) as credited_conversions,
        cast(sum(per_conversion.credited_amount) as decimal(18, 2)) as credited_amount,
        percentile_cont(0.5) within group (order by per_conversion.days_before)
            as median_days_before,
        cast('{{ var('reporting_currency') }}' as {{ dbt.type_string() }}) as currency_code
    from per_conversion
    inner join totals
        on
            per_conversion.conversion_type = totals.conversion_type
            and per_conversion.conversion_id = totals.conversion_id
    inner join type_totals on per_conversion.conversion_type = type_totals.conversion_type
    group by per_conversion.conversion_type, per_conversion.shown_content

)

select * from final
