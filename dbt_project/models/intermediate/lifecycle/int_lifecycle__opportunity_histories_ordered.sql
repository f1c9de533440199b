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
        cast(null as boolean) as is_closed,
        cast(null as boolean) as is_won,
        occurred_at,
        'second' as time_precision
    from {{ ref('stg_salesforce__opportunity_histories') }}
    where version_started_at is null and not is_source_deleted

    {% for object, model in {
        'opportunity_history': 'versions', 'opportunity_field_history': 'changes',
    }.items() %}
    union all

    select
        source_system,
        '{{ object }}' as source_object,
        source_record_id,
        {{ record_key('source_system', 'opportunity', 'opportunity_id') }} as opportunity_key,
        stage as source_value,
        opportunity_amount,
        is_closed,
        is_won,
        occurred_at,
        time_precision
    from {{ ref('int_lifecycle__salesforce_opportunity_' ~ model) }}
    {% endfor %}
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
        cast(null as boolean) as is_closed,
        cast(null as boolean) as is_won,
        occurred_at,
        'second' as time_precision
    from {{ ref('stg_generic__stage_events') }}
    where object_type = 'opportunity'
    {% endif %}

),

mapped as (

    select
        mapped.*,
        -- the system's own flags, then the stage's name; a stage that nobody mapped is neither
        -- won nor lost, it is reported
        case
            when is_won then 'customer'
            when is_closed then 'lost'
            when not is_closed then 'opportunity'
            else coalesce(mapped_stage, 'opportunity')
        end as stage
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
