{{ config(enabled=uses('web'), **tracked(
    ['source_system', 'visitor_id'], names=[['source_system', "'visitor'", 'visitor_id']]
)) }}

-- The one person behind a visitor id: a visitor who gave exactly one known email is that person
-- before, too.
with

sessions as (

    select * from {{ ref('stg_web__sessions') }}
    where email is not null and visitor_id is not null and not is_source_deleted

),

people as (

    select * from {{ ref('int_identity__email_owners') }}

),

final as (

    select
        sessions.source_system,
        sessions.visitor_id,
        min(people.lead_key) as lead_key
    from sessions
    inner join people on lower(trim(sessions.email)) = people.email_normalized
    group by sessions.source_system, sessions.visitor_id
    having count(distinct people.lead_key) = 1

)

select * from final
