-- Journeys to build again, by their key: the conversion; of one that did not convert, the lead. A
-- lead's open journey begins after its last conversion, so those that it has, had or gained count.
with

conversions as (

    select * from {{ ref('int_changes__conversions') }}

),

final as (

    select conversion_key as journey_key
    from conversions

    union

    select lead_key as journey_key
    from {{ ref('int_changes__leads') }}

    union

    select changed_key as journey_key
    from {{ changed_keys('converting_lead') }} as changed

    union

    select conversion_leads.lead_key as journey_key
    from {{ ref('int_attribution__conversion_leads') }} as conversion_leads
    inner join conversions on conversion_leads.conversion_key = conversions.conversion_key

)

select journey_key from final
