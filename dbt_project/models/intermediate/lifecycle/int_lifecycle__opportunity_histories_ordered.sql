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
        cast(null as {{ dbt.type_string() }}) as stated_stage,
        opportunity_amount,
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
        case
            when is_won then 'customer'
            when is_closed then 'lost'
            when not is_closed then 'opportunity'
        end as stated_stage,
        opportunity_amount,
        occurred_at,
        time_precision
    from {{ ref('int_lifecycle__salesforce_opportunity_' ~ model) }}
    {% endfor %}
    {% endif %}

    {% if uses('hubspot') %}
    {% if uses('salesforce') %}union all{% endif %}

    select
        source_system,
        source_object,
        source_record_id,
        opportunity_key,
        source_value,
        stated_stage,
        opportunity_amount,
        occurred_at,
        'second' as time_precision
    from {{ ref('int_lifecycle__hubspot_opportunity_histories') }}
    {% endif %}

    {% if uses('generic') %}
    {% if uses('salesforce') or uses('hubspot') %}union all{% endif %}

    select
        source_system,
        'stage_events' as source_object,
        source_record_id,
        {{ record_key('source_system', 'opportunity', 'object_id') }} as opportunity_key,
        stage as source_value,
        cast(null as {{ dbt.type_string() }}) as stated_stage,
        opportunity_amount,
        occurred_at,
        'second' as time_precision
    from {{ ref('stg_generic__stage_events') }}
    where object_type = 'opportunity' and not is_source_deleted
    {% endif %}

),

mapped as (

    select
        mapped.source_system,
        mapped.source_object,
        mapped.source_record_id,
        mapped.opportunity_key,
        mapped.source_value,
        -- what the system itself says of a stage goes before its name
        coalesce(mapped.stated_stage, mapped.named_stage) as mapped_stage,
        -- and so do the flags of the present for the present stage; a stage that nobody mapped is
        -- neither won nor lost, and is reported
        case
            when mapped.stated_stage is not null then mapped.stated_stage
            when lower(trim(mapped.source_value)) = lower(trim(opportunities.stage))
                then opportunities.opportunity_state
            else coalesce(mapped.named_stage, 'opportunity')
        end as stage,
        mapped.opportunity_amount,
        mapped.occurred_at,
        mapped.time_precision
    from {{ map_value(
        'histories', ref('stage_mapping'), 'stage', 'named_stage', 'source_value', 'opportunity'
    ) }} as mapped
    inner join {{ ref('int_revenue__opportunities_unioned') }} as opportunities
        on mapped.opportunity_key = opportunities.opportunity_key

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
