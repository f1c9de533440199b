{{ config(**tracked(['conversion_key', 'lead_key'], {
    'conversion': 'conversion_key',
    'converting_lead': 'lead_key',
})) }}

-- Whose touches count for a conversion: its buying group, else the people of its account; of a
-- lead's own stages the lead.
with

conversions as (

    select * from {{ ref('int_attribution__conversions') }}

),

buying_groups as (

    select * from {{ ref('int_revenue__buying_groups') }}

),

leads as (

    select
        lead_key,
        account_key,
        created_at
    from {{ ref('int_identity__leads') }}

),

members as (

    select
        conversions.conversion_key,
        buying_groups.lead_key
    from conversions
    inner join buying_groups on conversions.opportunity_key = buying_groups.opportunity_key
    where
        conversions.touch_scope_used = 'buying_group'
        or (conversions.touch_scope_used = 'primary_contact' and buying_groups.is_primary)

    union all

    select
        conversions.conversion_key,
        leads.lead_key
    from conversions
    inner join leads on conversions.account_key = leads.account_key
    where conversions.touch_scope_used = 'account'

    union all

    select
        conversion_key,
        subject_lead_key as lead_key
    from conversions
    where is_lead_cycle

),

final as (

    select
        members.conversion_key,
        members.lead_key,
        leads.created_at as lead_created_at,
        row_number() over (
            partition by members.conversion_key
            order by leads.created_at nulls last, members.lead_key
        ) as creation_rank
    from members
    inner join leads on members.lead_key = leads.lead_key

)

select * from final
