{% set content = "case when credits.touch_key is null then '(unattributed)'"
    ~ " else coalesce(contents.content, '(none)') end" %}

with

-- by keys: the ids of fct_attribution_credits are text
credits as (

    select
        conversion_type,
        conversion_key,
        touch_key,
        touched_at,
        converted_at,
        {{ model_column('credits', 'linear', 'weight') }} as weight,
        {{ model_column('credits', 'linear', 'amount') }} as credited_amount
    from {{ ref('int_attribution__touch_credits') }} as credits
    where {{ model_column('credits', 'linear', 'weight') }} > 0

),

contents as (

    select
        touch_key,
        content
    from {{ ref('int_touchpoints__touches') }}
    where content is not null and is_attributable

),

touched as (

    select
        credits.conversion_type,
        credits.conversion_key,
        credits.touch_key,
        credits.weight,
        credits.credited_amount,
        {{ days_between('credits.touched_at', 'credits.converted_at') }} as days_before,
        {{ content }} as content,
        -- conversions are counted per content, and text is slow to group by
        {{ query_hash([content]) }} as content_hash
    from credits
    left join contents on credits.touch_key = contents.touch_key

),

-- a site may have more addresses than anybody reads: the tail is one row
labels as (

    select
        conversion_type,
        content_hash,
        min(content) as content,
        row_number() over (
            partition by conversion_type order by round(sum(weight), 9) desc, min(content) asc
        ) as content_rank
    from touched
    group by conversion_type, content_hash

),

labelled as (

    select
        touched.*,
        case
            when labels.content_rank <= {{ var('top_contents') }} and labels.content != '(other)'
                then labels.content_rank
        end as shown_rank
    from touched
    inner join labels
        on
            touched.conversion_type = labels.conversion_type
            and touched.content_hash = labels.content_hash

),

per_conversion as (

    select
        conversion_type,
        conversion_key,
        shown_rank,
        count(touch_key) as touch_count,
        sum(weight) as weight,
        sum(credited_amount) as credited_amount,
        max(days_before) as days_before
    from labelled
    group by conversion_type, conversion_key, shown_rank

),

totals as (

    select
        conversion_type,
        conversion_key,
        sum(credited_amount) as conversion_amount
    from credits
    group by conversion_type, conversion_key

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
        cast(coalesce(min(labels.content), '(other)') as {{ dbt.type_string() }}) as content,
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
            and per_conversion.conversion_key = totals.conversion_key
    inner join type_totals on per_conversion.conversion_type = type_totals.conversion_type
    left join labels
        on
            per_conversion.conversion_type = labels.conversion_type
            and per_conversion.shown_rank = labels.content_rank
    group by per_conversion.conversion_type, per_conversion.shown_rank

)

select * from final
