{{ config(enabled=uses('generic'), **tracked(
    ['source_system', 'source_object', 'source_record_id'],
    names=[['source_system', 'source_object', 'source_record_id']]
)) }}

-- Touches that the generic source brings ready-made.
with

touches as (

    select * from {{ ref('stg_generic__touches') }} where not is_source_deleted

),

lead_records as (

    select * from {{ ref('int_identity__lead_records') }}

),

final as (

    select
        touches.source_system,
        'touches' as source_object,
        touches.source_record_id,
        lead_records.lead_key,
        {{ record_key('touches.source_system', 'account', 'touches.account_id') }} as account_key,
        cast(null as bigint) as opportunity_key,
        touches.occurred_at,
        'second' as time_precision,
        coalesce(lower(touches.touch_type), 'visit') as touch_type,
        lower(touches.touch_class) as touch_class,
        true as is_response,
        touches.channel,
        touches.source,
        touches.medium,
        {{ click_network_of_url('touches.url') }} as click_network,
        '(not given)' as referrer,
        touches.campaign_id,
        cast(null as {{ dbt.type_string() }}) as utm_campaign,
        coalesce(touches.content, split_part(touches.url, '?', 1)) as content,
        false as is_inferred
    from touches
    left join lead_records
        on
            {{ record_key('touches.source_system', 'lead', 'touches.lead_id') }}
            = lead_records.record_key

)

select * from final
