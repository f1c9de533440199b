-- Conversions to build again: their own rows changed, or their people, or touches of these.
-- depends_on: {{ ref('int_touchpoints__touches') }}
with

conversions as (

    select * from {{ ref('int_attribution__conversions') }}

),

final as (

    select changed_key as conversion_key
    from {{ changed_keys('conversion') }} as changed

    union

    select conversion_leads.conversion_key
    from {{ ref('int_attribution__conversion_leads') }} as conversion_leads
    inner join {{ changed_keys('touched_lead') }} as changed
        on conversion_leads.lead_key = changed.changed_key

    union

    select conversions.conversion_key
    from conversions
    inner join {{ changed_keys('touched_opportunity') }} as changed
        on conversions.opportunity_key = changed.changed_key

    union

    select conversions.conversion_key
    from conversions
    inner join {{ changed_keys('touched_account') }} as changed
        on conversions.account_key = changed.changed_key

)

select conversion_key from final
