{{ config(**built_by_key('lead', 'lead_key')) }}
-- depends_on: {{ ref('int_changes__leads') }}

-- Changes of a lead record's status as the systems recorded them, in their order.
with

histories as (

    {% if uses('salesforce') %}
    select
        source_system,
        'lead_history' as source_object,
        source_record_id,
        {{ record_key('source_system', 'lead', 'lead_id') }} as record_key,
        new_value as source_value,
        old_value,
        occurred_at,
        false as is_inferred,
        false as is_set_back
    from {{ ref('int_lifecycle__salesforce_status_changes') }}
    {% endif %}

    {% if uses('hubspot') %}
    {% if uses('salesforce') %}union all{% endif %}

    select
        source_system,
        source_object,
        source_record_id,
        record_key,
        source_value,
        old_value,
        occurred_at,
        is_inferred,
        is_set_back
    from {{ ref('int_lifecycle__hubspot_status_histories') }}
    {% endif %}

    {% if uses('generic') %}
    {% if uses('salesforce') or uses('hubspot') %}union all{% endif %}

    select
        source_system,
        'stage_events' as source_object,
        source_record_id,
        {{ record_key('source_system', 'lead', 'object_id') }} as record_key,
        stage as source_value,
        old_stage as old_value,
        occurred_at,
        false as is_inferred,
        false as is_set_back
    from {{ ref('stg_generic__stage_events') }}
    where object_type = 'lead' and not is_source_deleted
    {% endif %}

),

placed as (

    select
        histories.*,
        lead_records.lead_key
    from histories
    inner join {{ ref('int_identity__lead_records') }} as lead_records
        on histories.record_key = lead_records.record_key
    where {{ is_changed('lead', 'lead_records.lead_key') }}

),

chained as (

    select * from {{ chained_changes('placed', 'record_key') }} as positioned

),

final as (

    select
        source_system,
        source_object,
        source_record_id,
        record_key,
        lead_key,
        source_value,
        old_value,
        occurred_at,
        is_inferred,
        is_set_back,
        chain_position,
        row_number() over (
            partition by record_key
            order by occurred_at, chain_position, change_number
        ) as history_number,
        row_number() over (
            partition by record_key
            order by occurred_at desc, chain_position desc, change_number desc
        ) as recency
    from chained

)

select * from final
