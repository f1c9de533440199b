{{ config(enabled=uses('generic')) }}

-- Opportunities of the generic source in the inner contract.
with

final as (

    select
        source_system,
        'opportunities' as source_object,
        source_record_id,
        {{ record_key('source_system', 'opportunity', 'source_record_id') }} as opportunity_key,
        {{ record_key('source_system', 'account', 'account_id') }} as account_key,
        opportunity_name,
        pipeline,
        stage,
        opportunity_type as source_opportunity_type,
        opportunity_amount,
        list_amount,
        currency_code,
        probability,
        probability_original,
        expected_close_date,
        closed_at as stated_closed_at,
        'second' as stated_closed_precision,
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
    from {{ ref('stg_generic__opportunities') }}

)

select * from final
