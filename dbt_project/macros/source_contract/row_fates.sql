{# What should become of the raw rows of a source table, counted from the raw text and the
   contract alone, by organisation: raw_count, rejected_count (a required cell is blank or does
   not cast) and superseded_count (another row stands for the same record, or the figures were
   restated). What is left must be what staging holds. #}
{% macro row_fates(system, object) -%}
{%- set relation = source(system, object) -%}
{%- if execute -%}
{%- set contract = source_contract(system, object) -%}
{%- set asked = row_conditions(contract) -%}
{%- set wanted = contract.required + contract.required_one_of | sum(start=[])
    + contract.tombstone + contract.replaces + [contract.active, contract.history] -%}
{%- set period = ['_source_system'] -%}
{%- for name in contract.replaces -%}{%- do period.append('cell__' ~ name) -%}{%- endfor -%}
{%- set record, record_text = [], [] -%}
{%- for name in contract.key + ([contract.history] if contract.history else []) -%}
    {%- do record.append('cell__' ~ name) -%}
    {%- do record_text.append(
        'coalesce(cast(cell__' ~ name ~ ' as ' ~ dbt.type_string() ~ "), '')"
    ) -%}
{%- endfor -%}
{%- set parts = period + record -%}
{%- if contract.replaces -%}
    {%- set parts = parts + ['_extracted_at', '_source_file', '_file_sha256'] -%}
{%- endif -%}
{%- set parts = parts | unique | join(', ') -%}
(
    select
        _source_system as source_system,
        cast(sum(row_count) as bigint) as raw_count,
        cast(sum(row_count - stageable_count) as bigint) as rejected_count,
        cast(sum(stageable_count)
        {%- if not contract.key %}
        - sum(case when is_standing then stageable_count else 0 end)
        {%- elif contract.replaces %}
        - count(distinct case when is_standing then {{ record_text | join(' || chr(31) || ') }} end)
        {%- else %}
        - sum(case when is_standing then 1 else 0 end)
        {%- endif %} as bigint) as superseded_count
    from (
        select
            *,
            {%- if contract.replaces %}
            stageable_count > 0
            and _extracted_at = max(case when stageable_count > 0 then _extracted_at end)
                over (partition by {{ period | join(', ') }})
            and _source_file = min(case when stageable_count > 0 then _source_file end)
                over (partition by _source_system, _extracted_at, _file_sha256)
            {%- else %}
            stageable_count > 0
            {%- endif %} as is_standing
        from (
            select
                {{ parts }},
                count(*) as row_count,
                sum(
                    case
                        when {{ asked.keyed }} and (({{ asked.filled }}) or {{ asked.tombstone }})
                            then 1
                        else 0
                    end
                ) as stageable_count
            from (
                select
                    {{- contracted_cells(contract.columns | selectattr('name', 'in', wanted)) }}
                    _source_system,
                    _extracted_at,
                    _source_file,
                    _file_sha256
                from {{ relation }}
            ) as typed
            group by {{ parts }}
        ) as counted
    ) as placed
    group by _source_system
)
{%- else -%}
{{ relation }}
{%- endif -%}
{%- endmacro %}
