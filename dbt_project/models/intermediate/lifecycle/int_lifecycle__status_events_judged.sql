{{ config(**built_by_key('lead', 'lead_key')) }}

-- Whether an event of a lead record moves its lead: where two systems write the stage of one lead,
-- only the authority's events do; the others are kept as evidence.
with

status_events as (

    select * from {{ ref('int_lifecycle__status_events') }}
    where {{ is_changed('lead', 'lead_key') }}

),

authorities as (

    select * from {{ ref('stage_authority') }}

),

-- an authority that does not know a lead has nothing to say of it
known as (

    select distinct
        lead_key,
        split_part(source_system, '@', 1) as source_system
    from {{ ref('int_identity__lead_records') }}

),

final as (

    select
        status_events.*,
        authorities.source_system as authority,
        -- a person's first record makes the lead, whichever system it is in
        status_events.is_creation
        or known.lead_key is null
        or split_part(status_events.source_system, '@', 1) = authorities.source_system
            as is_authoritative
    from status_events
    left join authorities on status_events.stage = authorities.stage
    left join known
        on
            status_events.lead_key = known.lead_key
            and authorities.source_system = known.source_system

)

select * from final
