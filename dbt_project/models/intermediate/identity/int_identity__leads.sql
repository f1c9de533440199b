{{ config(**tracked('lead_key', {'lead': 'lead_key'})) }}

-- One row per person with the account they belong to, and how we know it.
with

lead_records as (

    select * from {{ ref('int_identity__lead_records') }}

),

accounts as (

    select * from {{ ref('int_identity__accounts_unioned') }}

),

free_mail_domains as (

    select * from {{ ref('free_mail_domains') }}

),

live_accounts as (

    select
        survivors.known_key,
        survivors.account_key,
        accounts.website_domain
    from {{ ref('int_identity__account_survivors') }} as survivors
    inner join accounts on survivors.known_key = accounts.account_key

),

-- a domain names an account only when exactly one account has it
account_domains as (

    select
        live_accounts.website_domain,
        min(live_accounts.account_key) as account_key
    from live_accounts
    left join free_mail_domains on live_accounts.website_domain = free_mail_domains.domain
    where live_accounts.website_domain is not null and free_mail_domains.domain is null
    group by live_accounts.website_domain
    having count(distinct live_accounts.account_key) = 1

),

placed as (

    select
        lead_records.*,
        not lead_records.is_source_deleted and lead_records.merged_into_key is null as is_live,
        converted_accounts.account_key as account_by_conversion,
        contact_accounts.account_key as account_by_contact,
        account_domains.account_key as account_by_domain
    from lead_records
    left join live_accounts as converted_accounts
        on lead_records.converted_account_key = converted_accounts.known_key
    left join live_accounts as contact_accounts
        on lead_records.account_key = contact_accounts.known_key
    left join account_domains
        on split_part(lead_records.email_normalized, '@', 2) = account_domains.website_domain

),

-- what people read comes from the newest live record, what names the lead from the oldest
ranked as (

    select
        *,
        row_number() over (
            partition by lead_key
            order by
                case when is_live then 0 else 1 end asc, created_at desc nulls last,
                source_system asc, source_object asc, source_record_id asc
        ) as present_rank
    from placed

),

-- each method's account is that of the newest live record that has one
chosen as (

    select
        *,
        min(case when is_live and account_by_conversion is not null then present_rank end)
            over (partition by lead_key) as conversion_rank,
        min(case when is_live and account_by_contact is not null then present_rank end)
            over (partition by lead_key) as contact_rank,
        min(case when is_live and account_by_domain is not null then present_rank end)
            over (partition by lead_key) as domain_rank,
        min(case when self_reported_source is not null then age_rank end)
            over (partition by lead_key) as reported_rank,
        min(case when is_live and status_reason is not null then present_rank end)
            over (partition by lead_key) as reason_rank
    from ranked

),

final as (

    select
        lead_key,
        max(case when age_rank = 1 then source_system end) as source_system,
        max(case when age_rank = 1 then source_object end) as source_object,
        max(case when age_rank = 1 then source_record_id end) as source_record_id,
        max(case when age_rank = 1 then source end) as first_source,
        -- what they said first, on whichever record it stands
        max(case when age_rank = reported_rank then self_reported_source end)
            as self_reported_source,
        max(case when present_rank = reason_rank then status_reason end) as status_reason,
        min(created_at) as created_at,
        count(*) as record_count,
        max(case when is_live then 1 else 0 end) = 1 as is_live,
        max(case when present_rank = 1 then full_name end) as full_name,
        max(case when present_rank = 1 then email_normalized end) as email_normalized,
        coalesce(
            max(case when present_rank = 1 then company_name end), max(company_name)
        ) as company_name,
        max(case when present_rank = 1 then country end) as country,
        max(case when present_rank = 1 then owner_key end) as owner_key,
        coalesce(
            max(case when present_rank = conversion_rank then account_by_conversion end),
            max(case when present_rank = contact_rank then account_by_contact end),
            max(case when present_rank = domain_rank then account_by_domain end)
        ) as account_key,
        case
            when max(conversion_rank) is not null then 'conversion'
            when max(contact_rank) is not null then 'contact'
            when max(domain_rank) is not null then 'email_domain'
        end as account_method
    from chosen
    group by lead_key

)

select * from final
