-- "Now" for every model: the variable as_of, else the newest clock value of the extracts, else
-- their extract time.
with

newest as (

    {% for table in staged_tables() %}
    select max(clock_at) as clock_at from {{ ref(table.model) }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

extracted as (

    select max(extracted_at) as extracted_at from {{ ref('stg_ledger__files') }}

),

final as (

    select
        {% if var('as_of') -%}
        {{ try_cast_utc("'" ~ var('as_of') ~ "'") }}
        {%- else -%}
        coalesce(
            (select max(newest.clock_at) as clock_at from newest),
            (select max(extracted.extracted_at) as extracted_at from extracted)
        )
        {%- endif %} as as_of

)

select
    as_of,
    cast(as_of as date) as as_of_date
from final
