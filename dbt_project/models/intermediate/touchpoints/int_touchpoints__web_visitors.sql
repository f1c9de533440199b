{{ config(enabled=uses('web')) }}

-- The one person behind a visitor id: a visitor who gave exactly one known email is that person
-- before, too.
with

sessions as (

    select * from {{ ref('stg_web__sessions') }}
    where email is not null and visitor_id is not null and not is_source_deleted

),

people as (

    select
        email_normalized,
        min(lead_key) as lead_key
    from {{ ref('int_identity__lead_records') }}
    where email_normalized is not null
    group by email_normalized
    -- a shared mailbox stands for several leads and names none of them
    having count(distinct lead_key) = 1

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
