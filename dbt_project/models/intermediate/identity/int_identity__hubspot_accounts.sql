{{ config(enabled=uses('hubspot')) }}

-- Companies of HubSpot in the inner contract, with the company that each was merged into.
with

companies as (

    select * from {{ ref('stg_hubspot__companies') }}

),

merged as (

    select
        source_system,
        split_part(item, ':', 1) as merged_company_id,
        min(source_record_id) as surviving_company_id
    from {{ list_items(
        'companies', ['source_system', 'source_record_id'], 'merged_company_ids'
    ) }} as items
    where split_part(item, ':', 1) != source_record_id
    group by source_system, split_part(item, ':', 1)

),

final as (

    select
        companies.source_system,
        companies.source_record_id,
        {{ record_key('companies.source_system', 'account', 'companies.source_record_id') }}
            as account_key,
        {{ record_key('companies.source_system', 'account', 'merged.surviving_company_id') }}
            as merged_into_key,
        companies.account_name,
        companies.website,
        companies.industry,
        companies.employee_count,
        companies.country,
        companies.created_at,
        cast(null as timestamp) as ended_at,
        companies.is_source_deleted or merged.surviving_company_id is not null
            as is_source_deleted
    from companies
    left join merged
        on
            companies.source_system = merged.source_system
            and companies.source_record_id = merged.merged_company_id

)

select * from final
