{{ config(**built_by_key('described_lead', 'lead_key')) }}

-- Touches that another system has as well, within a day: that of the system listed first stands.
with

described as (

    select
        touch_key,
        lead_key,
        campaign_key,
        touch_type,
        source_system,
        occurred_at,
        {{ source_priority('source_system') }} as system_priority
    from {{ ref('int_touchpoints__touches_described') }}
    where
        lead_key is not null
        and campaign_key is not null
        and {{ is_changed('described_lead', 'lead_key') }}

),

shared as (

    select
        lead_key,
        campaign_key,
        touch_type
    from described
    group by lead_key, campaign_key, touch_type
    having min(source_system) != max(source_system)

),

candidates as (

    select described.*
    from described
    inner join shared
        on
            described.lead_key = shared.lead_key
            and described.campaign_key = shared.campaign_key
            and described.touch_type = shared.touch_type

),

final as (

    select distinct
        candidates.touch_key,
        candidates.lead_key
    from candidates
    inner join candidates as preferred
        on
            candidates.lead_key = preferred.lead_key
            and candidates.campaign_key = preferred.campaign_key
            and candidates.touch_type = preferred.touch_type
            and (
                candidates.system_priority > preferred.system_priority
                or (
                    candidates.system_priority = preferred.system_priority
                    and candidates.source_system > preferred.source_system
                )
            )
            and abs({{ hours_between('candidates.occurred_at', 'preferred.occurred_at') }}) <= 24

)

select * from final
