{% set score_fields = "('" ~ var('score_fields') | join("', '") ~ "')" %}

-- Scores that the systems gave a lead, as they wrote them down: from field histories, and from the
-- score events of the generic source.
with

scores as (

    {% if uses('salesforce') %}
    select
        source_system,
        'lead_history' as source_object,
        source_record_id,
        {{ record_key('source_system', 'lead', 'lead_id') }} as record_key,
        {{ try_cast_double('new_value') }} as score,
        false as is_probability,
        occurred_at
    from {{ ref('stg_salesforce__lead_histories') }}
    where
        lower(field) in {{ score_fields }}
        and version_started_at is null
        and not is_source_deleted
    {% endif %}

    {% if uses('hubspot') %}
    {% if uses('salesforce') %}union all{% endif %}

    select
        source_system,
        'contact_property_history' as source_object,
        source_record_id,
        {{ record_key('source_system', 'contact', 'contact_id') }} as record_key,
        {{ try_cast_double('value') }} as score,
        false as is_probability,
        occurred_at
    from {{ ref('stg_hubspot__contact_property_histories') }}
    where property_name in {{ score_fields }}
    {% endif %}

    {% if uses('generic') %}
    {% if uses('salesforce') or uses('hubspot') %}union all{% endif %}

    select
        source_system,
        'score_events' as source_object,
        lead_id || ':' || cast(occurred_at as {{ dbt.type_string() }}) as source_record_id,
        {{ record_key('source_system', 'lead', 'lead_id') }} as record_key,
        score,
        is_probability,
        occurred_at
    from {{ ref('stg_generic__score_events') }}
    {% endif %}

),

final as (

    select
        {{ stable_key([
            'scores.source_system', 'scores.source_object', 'scores.source_record_id',
        ]) }} as score_key,
        lead_records.lead_key,
        scores.source_system,
        scores.source_object,
        scores.source_record_id,
        scores.score,
        scores.is_probability,
        scores.occurred_at
    from scores
    inner join {{ ref('int_identity__lead_records') }} as lead_records
        on scores.record_key = lead_records.record_key
    -- a score that was taken away is none
    where scores.score is not null

)

select * from final
