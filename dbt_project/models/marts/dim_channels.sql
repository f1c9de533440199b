with

channels as (

    select * from {{ ref('channels') }}

),

touches as (

    select * from {{ ref('int_touchpoints__touches') }}

),

spend as (

    select * from {{ ref('int_touchpoints__spend_unioned') }}

),

names as (

    select channel from channels
    union
    select channel from touches
    union
    select channel from spend

),

final as (

    select
        cast(names.channel as {{ dbt.type_string() }}) as channel,
        cast(coalesce(channels.channel_name, names.channel) as {{ dbt.type_string() }})
            as channel_name,
        cast(coalesce(channels.channel_group, 'Other') as {{ dbt.type_string() }}) as channel_group,
        cast(coalesce(channels.team, 'unknown') as {{ dbt.type_string() }}) as team,
        cast(coalesce(channels.is_paid, false) as boolean) as is_paid
    from names
    left join channels on names.channel = channels.channel

)

select * from final
