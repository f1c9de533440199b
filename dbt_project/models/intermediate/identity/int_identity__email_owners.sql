{{ config(**tracked('email_normalized', names=[["''", "'email'", 'email_normalized']])) }}

-- The one lead behind an address. A shared mailbox stands for several leads and names none of them.
with

final as (

    select
        email_normalized,
        min(lead_key) as lead_key
    from {{ ref('int_identity__lead_records') }}
    where email_normalized is not null
    group by email_normalized
    having count(distinct lead_key) = 1

)

select * from final
