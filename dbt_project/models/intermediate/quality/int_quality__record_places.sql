-- File and line of the records that exceptions name.
{% set unnamed_objects = [
    'campaign_stats', 'campaign_history', 'account_history', 'opportunity_contact_role',
    'opportunity_leads', 'score_events', 'spend', 'fx_rates', 'user', 'owners',
] %}
{% set named = staged_tables() | rejectattr('object', 'in', unnamed_objects) | list %}

with

wanted as (

    select distinct
        source_system,
        source_object,
        source_record_id
    from {{ ref('int_quality__suspicious_records') }}

),

places as (

    {% for table in named %}
    select
        places.source_system,
        '{{ 'session_forms' if table.object == 'forms' else table.object }}' as source_object,
        places.source_record_id,
        places.source_file,
        places.source_line
    from {{ ref(table.model) }} as places
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

final as (

    select places.*
    from places
    inner join wanted
        on
            places.source_system = wanted.source_system
            and places.source_record_id = wanted.source_record_id
            and places.source_object = wanted.source_object

)

select * from final
