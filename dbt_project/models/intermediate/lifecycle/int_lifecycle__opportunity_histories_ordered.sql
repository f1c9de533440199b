-- States of the opportunities as the systems recorded them, in the standard stages.
with

histories as (

    {% if uses('salesforce') %}
    select
        source_system,
        'opportunity_history' as source_object,
        source_record_id,
        {{ record_key('source_system', 'opportunity', 'opportunity_id') }} as opportunity_key,
        stage as source_value,
        opportunity_amount,
        occurred_at
    from {{ ref('stg_salesforce__opportunity_histories') }}
    where not is_source_deleted
    {% endif %}

    {% if uses('generic') %}
    {% if uses('salesforce') %}union all{% endif %}

    select
        source_system,
        'stage_events' as source_object,
        source_record_id,
        {{ record_key('source_system', 'opportunity', 'object_id') }} as opportunity_key,
        stage as source_value,
        opportunity_amount,
        occurred_at
    from {{ ref('stg_generic__stage_events') }}
    where object_type = 'opportunity' and not is_source_deleted
    {% endif %}

),

mapped as (

    select
        mapped.*,
        -- a stage that nobody mapped is neither won nor lost; it is reported
        coalesce(mapped_stage, 'opportunity') as stage
    from {{ map_value(
        'histories', ref('stage_mapping'), 'stage', 'mapped_stage', 'source_value', 'opportunity'
    ) }} as mapped

),

final as (

    select
        *,
        row_number() over (
            partition by opportunity_key
            order by occurred_at desc, source_record_id desc
        ) as recency
    from mapped

)

select * from final
