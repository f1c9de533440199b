-- Records that are not in the ledger under their own name, and those that were not joined.
with

lead_records as (

    select * from {{ ref('int_identity__lead_records') }}

),

known_records as (

    select record_key from lead_records

),

found as (

    -- R11
    select
        case
            when lead_records.merged_into_key is not null then 'source_merged'
            else 'source_deleted'
        end as reason,
        'info' as severity,
        lead_records.merged_into_key is null or known_records.record_key is null as is_excluded,
        lead_records.source_system,
        lead_records.source_object,
        lead_records.source_record_id,
        case
            when lead_records.merged_into_key is not null and known_records.record_key is null
                then 'the record that it was merged into is in no extract'
        end as detail
    from lead_records
    left join known_records on lead_records.merged_into_key = known_records.record_key
    where lead_records.is_source_deleted or lead_records.merged_into_key is not null

    union all

    -- what was not joined, and why
    select
        refused.reason,
        'info' as severity,
        false as is_excluded,
        lead_records.source_system,
        lead_records.source_object,
        lead_records.source_record_id,
        cast(refused.record_count as {{ dbt.type_string() }}) || ' records, '
        || cast(refused.name_count as {{ dbt.type_string() }})
        || ' names share one address' as detail
    from lead_records
    inner join {{ ref('int_identity__refused_emails') }} as refused
        on lead_records.email_normalized = refused.email_normalized

    union all

    select
        'over_merge_refused' as reason,
        'warning' as severity,
        false as is_excluded,
        lead_records.source_system,
        lead_records.source_object,
        lead_records.source_record_id,
        'one of ' || cast(over_merges.record_count as {{ dbt.type_string() }})
        || ' connected records, more than {{ var('identity_max_records') }}: '
        {% for method in ['email', 'conversion', 'merge', 'stored_salesforce_id'] -%}
        || cast(over_merges.{{ method }}_count as {{ dbt.type_string() }})
        || ' by {{ method | replace('_', ' ') }}, '
        {% endfor -%}
        || 'the oldest ' || over_merges.source_system || ' ' || over_merges.source_object || ' '
        || over_merges.source_record_id as detail
    from lead_records
    inner join {{ ref('int_identity__components') }} as components
        on lead_records.record_key = components.record_key
    inner join {{ ref('int_identity__over_merges') }} as over_merges
        on components.component_key = over_merges.component_key
    where lead_records.is_over_merged

    union all

    select
        'lead_without_creation_time' as reason,
        'warning' as severity,
        false as is_excluded,
        source_system,
        source_object,
        source_record_id,
        cast(null as {{ dbt.type_string() }}) as detail
    from lead_records
    -- a record that was merged away and is gone has nothing but its id
    where created_at is null and merged_into_key is null

    union all

    select
        'unknown_time_zone' as reason,
        'warning' as severity,
        false as is_excluded,
        source_system,
        source_object,
        source_record_id,
        'time zone = ' || stated_time_zone || '; the zone of the SLA policy counts' as detail
    from {{ ref('int_identity__owners_unioned') }}
    where stated_time_zone is not null and time_zone is null

)

select * from found
