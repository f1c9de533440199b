{% set records = {
    'salesforce': ('lead', ref('stg_salesforce__leads') if uses('salesforce')),
    'generic': ('leads', ref('stg_generic__leads') if uses('generic')),
} %}

-- When a lead record entered a stage by a field of its own, where a contract declares such fields
-- (rule R13).
with

fields as (

    {% for system, (object, leads) in records.items() if uses(system) %}
    {% for field in stage_dates(system, object) %}
    select
        {{ record_key('source_system', 'lead', 'source_record_id') }} as record_key,
        '{{ field.meta.stage_date }}' as stage,
        {% if field.data_type == 'date' -%}
        {{ end_of_day_utc(field.name) }} as entered_at,
        'day' as time_precision
        {%- else -%}
        {{ field.name }} as entered_at,
        'second' as time_precision
        {%- endif %}
    from {{ leads }}
    where {{ field.name }} is not null

    union all

    {% endfor %}
    {% endfor %}
    select
        cast(null as bigint) as record_key,
        cast(null as {{ dbt.type_string() }}) as stage,
        cast(null as timestamp) as entered_at,
        cast(null as {{ dbt.type_string() }}) as time_precision

),

-- two fields may tell of one stage
ranked as (

    select
        *,
        row_number() over (
            partition by record_key, stage order by entered_at asc, time_precision desc
        ) as field_rank
    from fields
    where record_key is not null

),

final as (

    select
        record_key,
        stage,
        entered_at,
        time_precision
    from ranked
    where field_rank = 1

)

select * from final
