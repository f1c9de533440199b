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
        'second' as time_precision,
        false as is_inferred,
        0 as chain_position
    from {{ ref('stg_salesforce__opportunity_histories') }}
    where version_started_at is null and not is_source_deleted and stage is not null

    {% for object, model, chain_position in [
        ('opportunity_history', 'versions', '0'),
        ('opportunity_field_history', 'changes', 'chain_position'),
    ] %}
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
        time_precision,
        is_inferred,
        {{ chain_position }} as chain_position
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
        'second' as time_precision,
        false as is_inferred,
        0 as chain_position
    from {{ ref('int_lifecycle__hubspot_opportunity_histories') }}
    {% endif %}

    {% if uses('generic') %}
    {% if uses('salesforce') or uses('hubspot') %}union all{% endif %}

    select
        source_system,
        'stage_events' as source_object,
        source_record_id,
        opportunity_key,
        source_value,
        cast(null as {{ dbt.type_string() }}) as stated_stage,
        opportunity_amount,
        occurred_at,
        'second' as time_precision,
        is_inferred,
        chain_position
    from {{ ref('int_lifecycle__generic_opportunity_changes') }}
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
        mapped.time_precision,
        mapped.is_inferred,
        mapped.chain_position,
        opportunities.created_at
    from {{ map_value(
        'histories', ref('stage_mapping'), 'stage', 'named_stage', 'source_value', 'opportunity'
    ) }} as mapped
    inner join {{ ref('int_revenue__opportunities_unioned') }} as opportunities
        on mapped.opportunity_key = opportunities.opportunity_key

),

final as (

    select
        mapped.source_system,
        mapped.source_object,
        mapped.source_record_id,
        mapped.opportunity_key,
        mapped.source_value,
        mapped.mapped_stage,
        mapped.stage,
        mapped.opportunity_amount,
        mapped.occurred_at,
        mapped.time_precision,
        mapped.is_inferred,
        mapped.chain_position,
        -- the last is the one that the events of the opportunity end with
        row_number() over (
            partition by mapped.opportunity_key
            order by
                greatest(mapped.occurred_at, mapped.created_at) desc,
                case when mapped.occurred_at < mapped.created_at then 1 else 0 end desc,
                mapped.occurred_at desc, mapped.chain_position desc, stages.stage_rank desc,
                mapped.source_record_id desc
        ) as recency
    from mapped
    inner join {{ ref('lifecycle_stages') }} as stages on mapped.stage = stages.stage

)

select * from final
