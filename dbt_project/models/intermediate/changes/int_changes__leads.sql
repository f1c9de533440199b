-- Leads to build again: their own rows changed, or those of a record, a touch, an activity or an
-- opportunity of theirs. A lead that lost any of these stands in the list by its old key.
-- depends_on: {{ ref('int_identity__leads') }}
-- depends_on: {{ ref('int_lifecycle__activities_unioned') }}
-- depends_on: {{ ref('int_lifecycle__opportunity_events') }}
-- depends_on: {{ ref('int_touchpoints__touches') }}
{% set histories = [
    ('salesforce', 'stg_salesforce__lead_histories'),
    ('hubspot', 'stg_hubspot__contact_property_histories'),
    ('generic', 'stg_generic__stage_events'),
    ('generic', 'stg_generic__score_events'),
] %}
{% for system, model in histories if uses(system) %}
-- depends_on: {{ ref(model) }}
{% endfor %}
with

final as (

    select changed_key as lead_key
    from {{ changed_keys('lead') }} as changed

    union

    select changed_key as lead_key
    from {{ changed_keys('touched_lead') }} as changed

    union

    select lead_records.lead_key
    from {{ ref('int_identity__lead_records') }} as lead_records
    inner join {{ changed_keys('record') }} as changed
        on lead_records.record_key = changed.changed_key

    union

    select buying_groups.lead_key
    from {{ ref('int_revenue__buying_groups') }} as buying_groups
    inner join {{ changed_keys('opportunity') }} as changed
        on buying_groups.opportunity_key = changed.changed_key

)

select lead_key from final
