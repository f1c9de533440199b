{# What should become of the raw rows of a source table, counted from the raw text and the
   contract alone, by organisation: raw_count, rejected_count (a required cell is blank or does
   not cast) and superseded_count (another row stands for the same record, or the figures were
   restated). What is left must be what staging holds. #}
{% macro row_fates(system, object) -%}
{%- set relation = source(system, object) -%}
{%- if execute -%}
{%- set contract = source_contract(system, object) -%}
{%- set stageable = is_stageable(contract) -%}
{%- set cells = {} -%}
{%- for column in contract.columns -%}
    {%- do cells.update({column.name: 'cast((' ~ contracted_cell(column) ~ ') as '
        ~ dbt.type_string() ~ ')'}) -%}
{%- endfor -%}
{%- set record = [] -%}
{%- for name in contract.key -%}{%- do record.append(cells[name]) -%}{%- endfor -%}
{%- if contract.history -%}
    {%- do record.append('coalesce(' ~ cells[contract.history] ~ ", '')") -%}
{%- endif -%}
{%- set period = ['_source_system'] -%}
{%- for name in contract.replaces -%}{%- do period.append(cells[name]) -%}{%- endfor -%}
(
    select
        _source_system as source_system,
        count(*) as raw_count,
        sum(case when is_stageable then 0 else 1 end) as rejected_count,
        sum(case when is_stageable then 1 else 0 end)
        {%- if contract.key %}
        - count(distinct case when is_standing then record_name end)
        {%- else %}
        - sum(case when is_standing then 1 else 0 end)
        {%- endif %} as superseded_count
    from (
        select
            *,
            {%- if contract.replaces %}
            is_stageable
            and _extracted_at = max(case when is_stageable then _extracted_at end)
                over (partition by {{ period | join(', ') }})
            and _source_file = min(case when is_stageable then _source_file end)
                over (partition by _source_system, _extracted_at, _file_sha256)
            {%- else %}
            is_stageable
            {%- endif %} as is_standing
        from (
            select
                *,
                {{ stageable }} as is_stageable,
                {{ record | join(" || chr(31) || ") if record else 'null' }} as record_name
            from {{ relation }}
        ) as judged
    ) as placed
    group by _source_system
)
{%- else -%}
{{ relation }}
{%- endif -%}
{%- endmacro %}
