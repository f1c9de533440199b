{# The rows of a source table that stand, typed by its contract: one per (source_system, key).

   Which version of a record wins: version column, then extract time, then content; never the
   file it came in, so that any split of the same records gives the same rows. A table that
   declares `replaces` (platforms restate their spend) keeps, per those columns, the rows of the
   newest extract that contains them; one that declares `history` keeps one row per version of a
   key. A connector's active version wins over its inactive ones. Rows whose required cells are
   blank or do not cast are left
   out here and listed by `rejected_rows`.

   Besides the contracted columns it gives source_system, source_file, source_line, content_key
   (a hash of the row's contracted cells), clock_at (the newest plausible clock value of the row)
   and is_source_deleted: a tombstone column says so, or the record is missing from the newest full
   extract. #}
{% macro latest_rows(system, object) -%}
{%- set relation = source(system, object) -%}
{%- if execute -%}
{%- set contract = source_contract(system, object) -%}
{%- set version = [contract.history] if contract.history else [] -%}
{%- set key = (['source_system'] + contract.key + version) | join(', ') -%}
(
    with

    typed as (

        select
            {%- for column in contract.columns %}
            {{ contracted_cell(column) }} as {{ column.name }},
            {%- endfor %}
            {{ content_key(contract) }} as content_key,
            _source_system as source_system,
            _source_file as source_file,
            _source_row as source_line,
            _extracted_at as extracted_at,
            _file_sha256 as file_sha256
        from {{ relation }}
        {%- if is_read_by_batch() %}
        where {{ is_named_by_new_batch(relation, contract) }}
        {%- endif %}

    ),

    usable as (

        {{ usable_rows(contract) }}

    ),
    {%- if contract.replaces %}

    restated as (

        {{ restated_rows(contract) }}

    ),
    {%- endif %}
    {%- if contract.key %}

    versions as (

        select
            *,
            {%- if contract.tombstone %}
            {%- if contract.version %}
            max(case when is_mark then {{ contract.version }} end)
                over (partition by {{ key }}) as mark_version,
            {%- endif %}
            max(case when is_mark
            {%- if contract.version %} and {{ contract.version }} is null{% endif %}
                then extracted_at end) over (partition by {{ key }}) as marked_at,
            {%- endif %}
            {%- if contract.extract == 'full' %}
            max(extracted_at) over (partition by {{ key }}) as last_seen_at,
            {%- endif %}
            row_number() over (
                partition by {{ key }}
                order by
                    is_usable desc, is_mark,
                    {% if contract.version %}{{ contract.version }} desc nulls last, {% endif -%}
                    extracted_at desc,
                    {% if contract.active -%}
                    coalesce({{ contract.active }}, true) desc,
                    {% endif -%}
                    content_key desc, source_file, source_line
            ) as version_number
        from {{ 'restated' if contract.replaces else 'usable' }}

    ),
    {%- endif %}
    {%- if contract.extract == 'full' and contract.key %}

    newest_full_extracts as (

        {{ newest_full_extracts(relation, system, object) }}

    ),
    {%- endif %}

    standing as (

        select
            candidates.*,
            {{ is_source_deleted(contract) }} as is_source_deleted
        from {{ 'versions' if contract.key else 'restated' }} as candidates
        {%- if contract.key %}
        {%- if contract.extract == 'full' %}
        left join newest_full_extracts
            on candidates.source_system = newest_full_extracts.source_system
        {%- endif %}
        where candidates.version_number = 1 and candidates.is_usable
        {%- endif %}

    )

    select
        {%- for column in contract.columns %}
        {{ column.name }},
        {%- endfor %}
        source_system,
        content_key,
        source_file,
        source_line,
        is_source_deleted,
        {{ clock_of_row(contract) }} as clock_at
    from standing
)
{%- else -%}
{{ relation }}
{%- endif -%}
{%- endmacro %}

{# A key of the content of a raw row: what decides between versions that nothing else tells
   apart. Rows without a key of their own all stand. #}
{% macro content_key(contract) -%}
    {%- if contract.key -%}
        {%- set cells = [] -%}
        {%- for column in contract.columns -%}
            {%- do cells.append("coalesce(" ~ column.name ~ ", '')") -%}
        {%- endfor -%}
        {{ stable_key(cells) }}
    {%- else -%}
        0
    {%- endif -%}
{%- endmacro %}

{# The typed rows that can be staged: is_usable. A mark is a tombstone without a record around it:
   it deletes, and stands only for a record of which nothing else is known. Of a full extract the
   rows that have their key and nothing else are kept, too: their records are not gone. #}
{% macro usable_rows(contract) -%}
    {%- set keyed, filled, flags = [], [], [] -%}
    {%- for name in contract.required -%}
        {%- do (keyed if name in contract.key else filled).append(name ~ ' is not null') -%}
    {%- endfor -%}
    {%- for name in contract.tombstone -%}
        {%- do flags.append('coalesce(' ~ name ~ ', false)') -%}
    {%- endfor -%}
    {%- for names in contract.required_one_of -%}
        {%- do filled.append('(' ~ names | join(' is not null or ') ~ ' is not null)') -%}
    {%- endfor -%}
    {%- if contract.active and not contract.history -%}
        {%- do flags.append('not coalesce(' ~ contract.active ~ ', true)') -%}
    {%- endif -%}
    {%- set is_filled = filled | join(' and ') or 'true' -%}
    {%- set is_tombstone = flags | join(' or ') or 'false' -%}
    {%- set has_version = '' -%}
    {%- if contract.version -%}
        {%- set has_version = ' and ' ~ contract.version ~ ' is not null' -%}
    {%- endif -%}
        select
            *,
            ({{ is_tombstone }}) as is_tombstone,
            ({{ is_tombstone }}) and not ({{ is_filled }}{{ has_version }}) as is_mark,
            ({{ is_filled }}) or ({{ is_tombstone }}) as is_usable
        from typed
        where
            {{ keyed | join(' and ') or 'true' }}
            {%- if not (contract.extract == 'full' and contract.key) %}
            and (({{ is_filled }}) or ({{ is_tombstone }}))
            {%- endif %}
{%- endmacro %}

{# Per the columns of `replaces` the rows of the newest extract that contains them; of files with
   the same bytes and time, one. #}
{% macro restated_rows(contract) -%}
    {%- set parts = (['source_system'] + contract.replaces) | join(', ') -%}
        select candidates.*
        from (
            select
                *,
                max(extracted_at) over (partition by {{ parts }}) as newest_extracted_at,
                min(source_file) over (
                    partition by source_system, extracted_at, file_sha256
                ) as first_source_file
            from usable
        ) as candidates
        where
            candidates.extracted_at = candidates.newest_extracted_at
            and candidates.source_file = candidates.first_source_file
{%- endmacro %}
