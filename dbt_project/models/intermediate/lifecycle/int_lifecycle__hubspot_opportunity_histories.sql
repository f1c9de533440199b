{{ config(enabled=uses('hubspot')) }}

-- States of HubSpot's deals: stages they entered, and amounts they had in them.
with

stages as (

    select * from {{ ref('int_revenue__hubspot_deal_stages') }}

),

properties as (

    select * from {{ ref('stg_hubspot__deal_property_histories') }}

),

entered as (

    select
        source_system,
        'deal_stage' as source_object,
        source_record_id,
        deal_id,
        stage_id,
        occurred_at
    from {{ ref('stg_hubspot__deal_stages') }}

    union all

    -- a connector may copy the same history twice: as a table of its own and as a property
    select
        properties.source_system,
        'deal_property_history' as source_object,
        properties.source_record_id,
        properties.deal_id,
        properties.value as stage_id,
        properties.occurred_at
    from properties
    left join {{ ref('stg_hubspot__deal_stages') }} as known
        on
            properties.source_system = known.source_system
            and properties.deal_id = known.deal_id
    where
        properties.property_name = 'dealstage'
        and properties.value is not null
        and known.deal_id is null

),

changes as (

    select
        *,
        cast(null as decimal(18, 2)) as opportunity_amount
    from entered

    union all

    select
        source_system,
        'deal_property_history' as source_object,
        source_record_id,
        deal_id,
        cast(null as {{ dbt.type_string() }}) as stage_id,
        occurred_at,
        {{ try_cast_decimal('value') }} as opportunity_amount
    from properties
    where property_name = 'amount' and {{ try_cast_decimal('value') }} is not null

),

-- an amount is a state of the stage in which the deal was then
numbered as (

    select
        *,
        sum(case when stage_id is null then 0 else 1 end) over (
            partition by source_system, deal_id
            order by
                occurred_at, case when stage_id is null then 1 else 0 end, source_object,
                source_record_id
            rows unbounded preceding
        ) as stage_number
    from changes

),

placed as (

    select
        *,
        max(stage_id) over (partition by source_system, deal_id, stage_number) as standing_stage_id
    from numbered

),

final as (

    select
        placed.source_system,
        placed.source_object,
        placed.source_record_id,
        {{ record_key('placed.source_system', 'opportunity', 'placed.deal_id') }}
            as opportunity_key,
        coalesce(stages.stage_name, placed.standing_stage_id, 'opportunity') as source_value,
        stages.stage as stated_stage,
        placed.opportunity_amount,
        placed.occurred_at
    from placed
    left join stages
        on
            placed.source_system = stages.source_system
            and placed.standing_stage_id = stages.stage_id

)

select * from final
