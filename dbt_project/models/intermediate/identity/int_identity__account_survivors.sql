-- Each account record and the account that stands for it now: merges are followed to the last
-- survivor.
with

accounts as (

    select * from {{ ref('int_identity__accounts_unioned') }}

),

nodes as (

    select account_key as node_key from accounts

),

merges as (

    select
        accounts.account_key as left_key,
        survivors.account_key as right_key
    from accounts
    inner join accounts as survivors on accounts.merged_into_key = survivors.account_key

),

components as (

    select * from {{ connected_components('nodes', 'merges') }} as found

),

standing as (

    select
        components.component_key,
        min(accounts.account_key) as account_key
    from components
    inner join accounts on components.node_key = accounts.account_key
    where accounts.merged_into_key is null and not accounts.is_source_deleted
    group by components.component_key

),

final as (

    select
        components.node_key as known_key,
        standing.account_key
    from components
    inner join standing on components.component_key = standing.component_key

)

select * from final
