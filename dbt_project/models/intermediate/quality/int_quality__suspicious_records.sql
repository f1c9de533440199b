-- Records that are in the marts, or left out of them, for a reason that a rule of the ledger gives.
{% set topics = ['lifecycle', 'identity', 'revenue', 'touchpoint', 'reference'] %}

with

found as (

    {% for topic in topics %}
    select
        reason,
        severity,
        is_excluded,
        source_system,
        source_object,
        source_record_id,
        detail
    from {{ ref('int_quality__' ~ topic ~ '_exceptions') }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select * from found
