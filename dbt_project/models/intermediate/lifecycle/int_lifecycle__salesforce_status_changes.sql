{{ config(enabled=uses('salesforce')) }}

-- Changes of a lead's status: as the field history has them, and between the versions of a
-- connector's copy (SCD2, rule R13), whose first version changed nothing.
with

histories as (

    select * from {{ ref('stg_salesforce__lead_histories') }}
    where not is_source_deleted

),

versions as (

    select
        histories.*,
        lag(status) over (
            partition by source_system, lead_id order by version_started_at
        ) as previous_status,
        row_number() over (
            partition by source_system, lead_id order by version_started_at
        ) as version_number
    from histories
    where version_started_at is not null

),

final as (

    select
        source_system,
        source_record_id,
        lead_id,
        old_value,
        new_value,
        occurred_at
    from histories
    where version_started_at is null and lower(field) = 'status'

    union all

    select
        source_system,
        source_record_id,
        lead_id,
        previous_status as old_value,
        status as new_value,
        version_started_at as occurred_at
    from versions
    where version_number > 1 and status is distinct from previous_status

)

select * from final
