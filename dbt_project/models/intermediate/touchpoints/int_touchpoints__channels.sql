{% set columns = ['medium', 'source', 'click_network', 'referrer', 'campaign_type'] %}

-- The channel of each combination of what is known about touches and campaigns: ordered rules,
-- the first match wins.
with

combinations as (

    select distinct
        lower(medium) as medium,
        lower(source) as source,
        click_network,
        lower(referrer) as referrer,
        lower(campaign_type) as campaign_type,
        touch_type
    from {{ ref('int_touchpoints__touches_described') }}

    union

    select distinct
        lower(medium) as medium,
        lower(source) as source,
        cast(null as {{ dbt.type_string() }}) as click_network,
        '(not given)' as referrer,
        lower(campaign_type) as campaign_type,
        'spend' as touch_type
    from {{ ref('int_touchpoints__campaigns_unioned') }}

),

rules as (

    select * from {{ ref('channel_rules') }}

),

matches as (

    select
        combinations.*,
        rules.channel,
        row_number() over (
            partition by
                combinations.medium, combinations.source, combinations.click_network,
                combinations.referrer, combinations.campaign_type, combinations.touch_type
            order by rules.rule_order nulls last
        ) as preference
    from combinations
    left join rules
        on
            coalesce(combinations.touch_type, '(none)')
            like coalesce(nullif(rules.touch_type, ''), '%')
            {% for column in columns -%}
            and coalesce(combinations.{{ column }}, '(none)')
            like coalesce(nullif(rules.{{ column }}, ''), '%')
            {% endfor %}

),

final as (

    select
        medium,
        source,
        click_network,
        referrer,
        campaign_type,
        touch_type,
        coalesce(channel, '(unknown)') as channel
    from matches
    where preference = 1

)

select * from final
