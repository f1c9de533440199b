-- R14: a name until somebody called, then a lead; a customer while the account's win stands.
with

leads as (

    select * from {{ ref('int_identity__leads') }}

),

clock as (

    select as_of from {{ ref('int_clock') }}

),

contacted as (

    select distinct activities.lead_key
    from {{ ref('int_lifecycle__activities_unioned') }} as activities
    cross join clock
    where
        activities.lead_key is not null
        and activities.is_human
        and activities.direction = 'outbound'
        and activities.occurred_at <= clock.as_of

),

customers as (

    select distinct opportunities.account_key
    from {{ ref('int_revenue__opportunities_valued') }} as opportunities
    cross join clock
    where
        opportunities.is_won
        and not opportunities.is_source_deleted
        and opportunities.account_key is not null
        and opportunities.closed_at <= clock.as_of

),

ended_accounts as (

    select accounts.account_key
    from {{ ref('int_identity__accounts_unioned') }} as accounts
    cross join clock
    where accounts.ended_at <= clock.as_of

),

final as (

    select
        leads.lead_key,
        contacted.lead_key is not null as is_contacted,
        case
            when customers.account_key is not null and ended_accounts.account_key is null
                then 'customer'
            when customers.account_key is not null then 'former_customer'
            when contacted.lead_key is not null then 'lead'
            else 'name'
        end as record_class
    from leads
    left join contacted on leads.lead_key = contacted.lead_key
    left join customers on leads.account_key = customers.account_key
    left join ended_accounts on leads.account_key = ended_accounts.account_key

)

select * from final
