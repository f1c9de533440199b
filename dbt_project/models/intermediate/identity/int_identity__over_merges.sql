-- Components that were refused as over-merges: how many records, joined by what, around which one.
with

components as (

    select * from {{ ref('int_identity__components') }}
    where record_count > {{ var('identity_max_records') }}

),

records as (

    select
        components.component_key,
        components.record_count,
        records.source_system,
        records.source_object,
        records.source_record_id,
        row_number() over (
            partition by components.component_key
            order by
                records.created_at nulls last, records.source_system, records.source_object,
                records.source_record_id
        ) as age_rank
    from components
    inner join {{ ref('int_identity__person_records_unioned') }} as records
        on components.record_key = records.record_key

),

{% set methods = ['email', 'conversion', 'merge', 'stored_salesforce_id'] %}

evidence as (

    select
        components.component_key,
        {% for method in methods -%}
        count(case when edges.method = '{{ method }}' then 1 end) as {{ method }}_count
        {%- if not loop.last %},{% endif %}
        {% endfor %}
    from components
    inner join {{ ref('int_identity__edges') }} as edges
        on components.record_key = edges.left_key
    group by components.component_key

),

final as (

    select
        records.component_key,
        records.record_count,
        {% for method in methods -%}
        evidence.{{ method }}_count,
        {% endfor -%}
        records.source_system,
        records.source_object,
        records.source_record_id
    from records
    inner join evidence on records.component_key = evidence.component_key
    where records.age_rank = 1

)

select * from final
