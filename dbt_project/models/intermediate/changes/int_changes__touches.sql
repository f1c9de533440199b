-- Touches to describe again, by their record: it is among the changed ones, or what a campaign or a
-- campaign parameter means has changed.
{% set noted = [
    ('salesforce', 'int_touchpoints__crm_touches'), ('generic', 'int_touchpoints__generic_touches'),
] %}
-- depends_on: {{ ref('int_touchpoints__record_source_touches') }}
-- depends_on: {{ ref('int_touchpoints__campaigns_unioned') }}
-- depends_on: {{ ref('int_touchpoints__utm_campaigns') }}
{% for system, model in noted if uses(system) %}
-- depends_on: {{ ref(model) }}
{% endfor %}
with

touches as (

    select * from {{ ref('int_touchpoints__touches_unioned') }}

),

final as (

    select
        source_system,
        source_object,
        source_record_id
    from {{ ref('int_changes__records') }}

    union

    -- those that were noted after the list was made
    select
        source_system,
        source_object,
        source_record_id
    from {{ changed_records() }} as changed

    union

    select
        touches.source_system,
        touches.source_object,
        touches.source_record_id
    from touches
    inner join {{ changed_records(['any_campaign']) }} as changed
        on
            touches.source_system = changed.source_system
            and touches.campaign_id = changed.source_record_id

    union

    select
        touches.source_system,
        touches.source_object,
        touches.source_record_id
    from touches
    inner join {{ changed_records(['utm_campaign']) }} as changed
        on touches.utm_campaign = changed.source_record_id

)

select * from final
