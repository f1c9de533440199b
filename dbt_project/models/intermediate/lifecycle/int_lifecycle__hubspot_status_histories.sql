{{ config(enabled=uses('hubspot')) }}

{% set stages = [
    'subscriber', 'lead', 'marketingqualifiedlead', 'salesqualifiedlead', 'opportunity', 'customer',
    'evangelist', 'other',
] %}

-- Values of lifecyclestage and hs_lead_status that contacts were given. A lifecycle stage is a
-- high-water mark: a value below the furthest stage since the last exit is set back, which is
-- history and moves nobody.
with

contacts as (

    select * from {{ ref('stg_hubspot__contacts') }}

),

recorded as (

    select
        source_system,
        'contact_property_history' as source_object,
        source_record_id,
        contact_id,
        property_name,
        value as source_value,
        occurred_at,
        false as is_inferred
    from {{ ref('stg_hubspot__contact_property_histories') }}
    -- a blank value is no event
    where property_name in ('lifecyclestage', 'hs_lead_status') and value is not null

),

-- R13: where no value was recorded, what stands today, at the time that HubSpot keeps of it
present as (

    select
        contacts.*,
        coalesce(
            case lower(contacts.lifecycle_stage)
                {%- for stage in stages %}
                when '{{ stage }}' then contacts.{{ stage }}_at
                {%- endfor %}
            end,
            contacts.created_at
        ) as occurred_at
    from contacts
    where
        not exists (
            select recorded.contact_id from recorded
            where
                contacts.source_system = recorded.source_system
                and contacts.source_record_id = recorded.contact_id
        )

),

-- a lead status says more of the same stage, so it is no older than that
stated as (

    select * from recorded

    {% for property, value in {
        'lifecyclestage': 'lifecycle_stage', 'hs_lead_status': 'lead_status',
    }.items() %}
    union all

    select
        source_system,
        'contact' as source_object,
        source_record_id,
        source_record_id as contact_id,
        '{{ property }}' as property_name,
        {{ value }} as source_value,
        occurred_at,
        true as is_inferred
    from present
    where {{ value }} is not null and occurred_at is not null
    {% endfor %}

),

ranked as (

    select
        mapped.*,
        lead_records.lead_key,
        lead_records.record_key,
        stages.stage_rank,
        coalesce(stages.is_exit, false) as is_exit
    from {{ map_value(
        'stated', ref('stage_mapping'), 'stage', 'stage', 'source_value', 'lead'
    ) }} as mapped
    inner join {{ ref('int_identity__lead_records') }} as lead_records
        on
            {{ record_key('mapped.source_system', 'contact', 'mapped.contact_id') }}
            = lead_records.record_key
    left join {{ ref('lifecycle_stages') }} as stages on mapped.stage = stages.stage

),

-- an exit always moves, and the mark starts afresh behind it; contacts that were merged are one
-- person and share their mark
spans as (

    select
        *,
        sum(case when is_exit then 1 else 0 end) over (
            partition by lead_key, source_system
            order by occurred_at, stage_rank nulls last, property_name, source_record_id
            rows unbounded preceding
        ) as exit_count
    from ranked

),

marked as (

    select
        *,
        max(case when property_name = 'lifecyclestage' and not is_exit then stage_rank end) over (
            partition by lead_key, source_system, exit_count
            order by occurred_at, stage_rank nulls last, property_name, source_record_id
            rows between unbounded preceding and 1 preceding
        ) as highest_rank
    from spans

),

final as (

    select
        source_system,
        source_object,
        source_record_id,
        record_key,
        source_value,
        cast(null as {{ dbt.type_string() }}) as old_value,
        occurred_at,
        is_inferred,
        not is_exit and coalesce(stage_rank < highest_rank, false) as is_set_back
    from marked

)

select * from final
