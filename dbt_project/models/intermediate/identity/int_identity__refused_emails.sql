-- Emails that never join people, with the reason.
with

records as (

    select * from {{ ref('int_identity__person_records_unioned') }}

),

shared_mailboxes as (

    select * from {{ ref('shared_mailboxes') }}

),

counted as (

    select
        email_normalized,
        split_part(email_normalized, '@', 1) as local_part,
        count(*) as record_count,
        count(distinct name_normalized) as name_count
    from records
    where email_normalized is not null
    group by email_normalized

),

final as (

    select
        counted.email_normalized,
        counted.record_count,
        counted.name_count,
        case
            when shared_mailboxes.local_part is not null then 'shared_mailbox'
            else 'too_many_names_for_email'
        end as reason
    from counted
    left join shared_mailboxes on counted.local_part = shared_mailboxes.local_part
    where
        shared_mailboxes.local_part is not null
        or counted.name_count > {{ var('identity_max_names_per_email') }}

)

select * from final
