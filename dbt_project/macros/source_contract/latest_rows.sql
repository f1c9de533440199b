{# The rows of a source table that stand, typed by its contract: one per (source_system, key).

   Which version of a record wins: version column, then extract time, then content; never the
   file it came in, so that any split of the same records gives the same rows. A table that
   declares `replaces` (platforms restate their spend) keeps, per those columns, the rows of the
   newest extract that contains them; one that declares `history` keeps one row per version of a
   key. A connector's active version wins over its inactive ones. Rows whose required cells are
   blank or do not cast are left out here and listed by `rejected_rows`.

   Almost every row is alone with its key: it stands as soon as it is usable. Versions are ordered
   only among the rows of repeated keys.

   Besides the contracted columns it gives source_system, source_file, source_line, clock_at (the
   newest plausible clock value of the row), is_source_deleted (a tombstone column says so, or the
   record is missing from the newest full extract) and, where `with_content` asks for it,
   content_key, a hash of the row's contracted cells.

   The linter (`is_linted`) reads models, not what macros write: this text would cost it minutes. #}
{% macro latest_rows(system, object, with_content=false) -%}
{%- set relation = source(system, object) -%}
{%- if execute and not var('is_linted', false) -%}
{%- set contract = source_contract(system, object) -%}
{%- set version = [contract.history] if contract.history else [] -%}
{%- set key = (['source_system'] + contract.key + version) | join(', ') -%}
{#- windows over all rows cost more than everything else here -#}
{%- set is_split = contract.key and not contract.replaces -%}
{%- set rows = 'named_rows' if is_read_by_batch() else relation -%}
(
    with
    {%- if is_read_by_batch() %}{{ named_rows(relation, contract) }}{% endif %}
    {%- if is_split %}

    repeated_keys as (

        {{ repeated_keys(contract, rows) }}

    ),

    -- rows that are alone with their key
    single as (

        {{ typed_rows(contract, rows, 'not in', with_content) | indent(8) }}

    ),

    usable_single as (

        {{ usable_rows(contract, 'single') }}

    ),
    {%- endif %}

    -- {{ 'rows that share their key with others' if is_split else 'every row' }}
    typed as (

        {{ typed_rows(contract, rows, 'in' if is_split else none) | indent(8) }}

    ),

    usable as (

        {{ usable_rows(contract, 'typed') }}

    ),
    {%- if contract.replaces %}

    {{ restated_rows(contract) }},
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
        {% if is_split %}
        {{ standing_rows(contract, 'usable_single', with_content) }}

        union all
        {% endif %}
        {{ standing_rows(contract, 'versions' if contract.key else 'restated', with_content) }}

    )

    select
        {%- for column in contract.columns %}
        {{ column.name }},
        {%- endfor %}
        source_system,
        {%- if with_content %}
        content_key,
        {%- endif %}
        source_file,
        source_line,
        is_source_deleted,
        {{ clock_of_row(contract) }} as clock_at
    from standing
)
{%- else -%}
(select * from {{ relation }})
{%- endif -%}
{%- endmacro %}

{# The CTE with all rows of the records of which a batch brought anything. #}
{% macro named_rows(relation, contract) %}

    named_rows as (

        select * from {{ relation }}
        where {{ is_named_by_new_batch(relation, contract) }}

    ),
{%- endmacro %}

{# A hash of the key of a raw row, of typed cells: two spellings of one key are one key. #}
{% macro key_hash(contract) -%}
    {%- set cells = ['_source_system'] -%}
    {%- for column in contract.columns -%}
        {%- if column.name in contract.key or column.name == contract.history -%}
            {%- do cells.append(contracted_cell(column)) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ query_hash(cells) }}
{%- endmacro %}

{# The hashes of keys that more than one of the raw rows has. A row that cannot be staged
   counts, and so does a key that shares another one's hash: what is too many here costs time
   alone. #}
{% macro repeated_keys(contract, rows) -%}
        select key_hash
        from (
            select {{ key_hash(contract) }} as key_hash from {{ rows }}
        ) as hashed
        group by key_hash
        having count(*) > 1
{%- endmacro %}

{# The raw rows with their cells as the contract types them: all of them, or those whose key is
   `in` or `not in` the repeated ones. Only among these the content key decides anything, and it
   costs more than all casts. #}
{% macro typed_rows(contract, rows, repeated=none, with_content=false) -%}
select
    {%- for column in contract.columns %}
    {{ contracted_cell(column) }} as {{ column.name }},
    {%- endfor %}
    {%- if with_content or repeated != 'not in' %}
    {{ content_key(contract) }} as content_key,
    {%- endif %}
    _source_system as source_system,
    _source_file as source_file,
    _source_row as source_line,
    _extracted_at as extracted_at,
    _file_sha256 as file_sha256
from {{ rows }}
{%- if repeated %}
where {{ key_hash(contract) }} {{ repeated }} (select key_hash from repeated_keys)
{%- endif %}
{%- endmacro %}

{# The rows of `versions`, or of a relation with one row per key, that stand. #}
{% macro standing_rows(contract, rows, with_content) -%}
        select
            {%- for column in contract.columns %}
            candidates.{{ column.name }},
            {%- endfor %}
            {%- if with_content %}
            candidates.content_key,
            {%- endif %}
            candidates.source_system,
            candidates.source_file,
            candidates.source_line,
            candidates.extracted_at,
            {{ is_source_deleted(contract, rows) }} as is_source_deleted
        from {{ rows }} as candidates
        {%- if contract.key %}
        {%- if contract.extract == 'full' %}
        left join newest_full_extracts
            on candidates.source_system = newest_full_extracts.source_system
        {%- endif %}
        where
            candidates.is_usable
            {%- if rows == 'versions' %}
            and candidates.version_number = 1
            {%- endif %}
        {%- endif %}
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
{% macro usable_rows(contract, typed) -%}
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
        from {{ typed }}
        where
            {{ keyed | join(' and ') or 'true' }}
            {%- if not (contract.extract == 'full' and contract.key) %}
            and (({{ is_filled }}) or ({{ is_tombstone }}))
            {%- endif %}
{%- endmacro %}

{# CTEs up to `restated`: per the columns of `replaces` the rows of the newest extract that contains
   them; of files with the same bytes and time, one. Extracts are few, rows are many: the choice is
   made among the extracts of each part. #}
{% macro restated_rows(contract) -%}
    {%- set parts = ['source_system'] + contract.replaces -%}
    extracts as (

        select
            {{ parts | join(', ') }},
            extracted_at,
            source_file,
            file_sha256
        from usable
        group by {{ parts | join(', ') }}, extracted_at, source_file, file_sha256

    ),

    extracts_ordered as (

        select
            *,
            max(extracted_at) over (partition by {{ parts | join(', ') }}) as newest_extracted_at,
            min(source_file) over (
                partition by source_system, extracted_at, file_sha256
            ) as first_source_file
        from extracts

    ),

    restated as (

        select usable.*
        from usable
        inner join extracts_ordered
            on
                {%- for name in parts %}
                usable.{{ name }} is not distinct from extracts_ordered.{{ name }} and
                {%- endfor %}
                usable.extracted_at = extracts_ordered.extracted_at
                and usable.source_file = extracts_ordered.source_file
                and usable.file_sha256 = extracts_ordered.file_sha256
        where
            extracts_ordered.extracted_at = extracts_ordered.newest_extracted_at
            and extracts_ordered.source_file = extracts_ordered.first_source_file

    )
{%- endmacro %}
