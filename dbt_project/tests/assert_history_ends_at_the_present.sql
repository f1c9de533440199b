{{ config(enabled=target.name == 'prod') }}

-- What the history still believes is the ledger as it stands, no more and no less.
{% set columns %}
lead_id, cycle_number, event_number, from_stage, to_stage, direction, is_inferred,
has_time_anomaly, occurred_at, time_precision, opportunity_id, source_system, source_object,
source_record_id, is_source_deleted
{% endset %}

with

believed as (

    select {{ columns }}
    from {{ ref('lead_stage_events_history') }}
    where believed_to_at is null

),

present as (

    select {{ columns }} from {{ ref('fct_lead_stage_events') }}

),

missing as (

    select * from present
    except
    select * from believed

),

outdated as (

    select * from believed
    except
    select * from present

),

final as (

    select
        'missing' as problem,
        missing.*
    from missing

    union all

    select
        'outdated' as problem,
        outdated.*
    from outdated

)

select * from final
