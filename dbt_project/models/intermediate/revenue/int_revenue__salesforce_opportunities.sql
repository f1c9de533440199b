{{ config(enabled=uses('salesforce')) }}

-- Opportunities of Salesforce in the inner contract.
with

final as (

    select
        source_system,
        'opportunity' as source_object,
        source_record_id,
        {{ record_key('source_system', 'opportunity', 'source_record_id') }} as opportunity_key,
        {{ record_key('source_system', 'account', 'account_id') }} as account_key,
        opportunity_name,
        cast(null as {{ dbt.type_string() }}) as pipeline,
        stage,
        opportunity_type as source_opportunity_type,
        opportunity_amount,
        list_amount,
        currency_code,
        probability,
        probability_original,
        close_date as expected_close_date,
        {{ end_of_day_utc('close_date') }} as stated_closed_at,
        'day' as stated_closed_precision,
        is_closed,
        is_won,
        source,
        campaign_id,
        lost_reason,
        {{ record_key('source_system', 'owner', 'owner_id') }} as owner_key,
        created_at,
        is_source_deleted,
        source_file,
        source_line
    from {{ ref('stg_salesforce__opportunities') }}

)

select * from final
