{# The rows of a source table that stand, typed by its contract: one per (source_system, key).

   Which version of a record wins: version column, then extract time, then content hash, then
   row; a connector's active version before its inactive ones. A table that declares `history`
   keeps one row per version of a key. A table that declares `replaces` (platforms restate their spend) keeps, per those
   columns, the rows of the newest extract that contains them. Rows whose required cells are
   blank or do not cast are left out here and listed by `rejected_rows`. Besides the contracted
   columns it gives source_system, source_file, source_line and clock_at (the newest plausible
   clock value of the row). #}
{% macro latest_rows(system, object) -%}
{%- set relation = source(system, object) -%}
{%- if execute -%}
{%- set contract = source_contract(system, object) -%}
{%- set clocks = [] -%}
(
    with

    typed as (

        select
            {%- for column in contract.columns %}
            {{ contracted_cell(column) }} as {{ column.name }},
            {%- if (column.config.meta or column.meta or {}).get('clock') -%}
                {%- set is_day = column.data_type == 'date' -%}
                {%- do clocks.append(end_of_day_utc(column.name) if is_day else column.name) -%}
            {%- endif -%}
            {%- endfor %}
            _source_system as source_system,
            _source_file as source_file,
            _source_row as source_line,
            _extracted_at as extracted_at,
            _file_sha256 as file_sha256
        from {{ relation }}

    ),

    stageable as (

        select * from typed
        where {{ is_complete(contract) }}

    ),
    {%- set rows = 'stageable' -%}

    {%- if contract.replaces %}
    {%- set rows = 'restated' %}

    newest_extracts as (

        select
            source_system,
            {% for name in contract.replaces %}{{ name }}, {% endfor -%}
            max(extracted_at) as newest_extracted_at
        from stageable
        group by source_system{% for name in contract.replaces %}, {{ name }}{% endfor %}

    ),

    restated as (

        select stageable.*
        from stageable
        inner join newest_extracts
            on
                stageable.source_system = newest_extracts.source_system
                {%- for name in contract.replaces %}
                and stageable.{{ name }} is not distinct from newest_extracts.{{ name }}
                {%- endfor %}
                and stageable.extracted_at = newest_extracts.newest_extracted_at

    ),
    {%- endif -%}

    {%- if contract.key %}

    versions as (

        select
            *,
            row_number() over (
                partition by
                    source_system, {{ (contract.key + contract.history) | join(', ') }}
                order by
                    {% if contract.version %}{{ contract.version }} desc nulls last, {% endif -%}
                    extracted_at desc, {{ active_first(contract) }}
                    file_sha256 desc, source_line desc
            ) as version_number
        from {{ rows }}

    ),
    {%- endif %}

    standing as (

        select * from {{ 'versions' if contract.key else rows }}
        {% if contract.key %}where version_number = 1{% endif %}

    )

    select
        {%- for column in contract.columns %}
        {{ column.name }},
        {%- endfor %}
        source_system,
        source_file,
        source_line,
        {%- if clocks %}
        {%- set limit = add_seconds('extracted_at', 86400) %}
        greatest(
            {%- for clock in clocks %}
            case when {{ clock }} <= {{ limit }} then {{ clock }} end{{ ',' if not loop.last }}
            {%- endfor %}
        ) as clock_at
        {%- else %}
        cast(null as timestamp) as clock_at
        {%- endif %}
    from standing
)
{%- else -%}
{{ relation }}
{%- endif -%}
{%- endmacro %}
