{# What `latest_rows` leaves out or nulls, one row per record and column: a blank or unusable
   required cell (the row is not staged), any other cell that does not cast (the cell is null),
   a clock value more than a day after its extract (it does not move "now") and any other moment
   more than ten years after it (an open end that the contract does not name). #}
{% macro rejected_rows(system, object) -%}
{%- set relation = source(system, object) -%}
{%- if execute -%}
{%- set contract = source_contract(system, object) -%}
{%- set record_id = contract.key[0] if contract.key else 'null' -%}
{%- set asked = row_conditions(contract) -%}
{%- set is_live = '' if asked.tombstone == 'false' else ' and not (' ~ asked.tombstone ~ ')' -%}
{%- set checks, suspicions = [], [] -%}
{%- for column in contract.columns -%}
    {%- set cell = 'cell__' ~ column.name -%}
    {%- set meta = column.meta -%}
    {%- set text = contracted_text(column) -%}
    {%- set is_required = column.name in contract.required -%}
    {%- set is_typed = column.data_type not in ('varchar', none) -%}
    {%- set detail = "'" ~ column.name ~ "'" -%}
    {%- if not meta.get('pii') -%}
        {%- set shown = "coalesce(left(" ~ column.name ~ ", 200), '')" -%}
        {%- set detail = "'" ~ column.name ~ " = ' || " ~ shown -%}
    {%- endif -%}
    {%- if is_required -%}
        {%- do checks.append({
            'reason': "case when " ~ text ~ " is null then 'required_value_missing'"
                ~ " else 'required_value_invalid' end",
            'is_excluded': 'true',
            'condition': cell ~ ' is null' ~ (is_live if column.name not in contract.key else ''),
            'detail': detail,
        }) -%}
    {%- elif is_typed -%}
        {%- do checks.append({
            'reason': "'invalid_value'",
            'is_excluded': 'false',
            'condition': text ~ ' is not null and ' ~ cell ~ ' is null',
            'detail': detail,
        }) -%}
    {%- endif -%}
    {%- if meta.get('clock') or column.data_type in ('date', 'timestamp') -%}
        {%- set days = 1 if meta.get('clock') else 3652 -%}
        {%- set limit = add_seconds('_extracted_at', days * 86400) -%}
        {%- do checks.append({
            'reason': "'clock_in_the_future'" if meta.get('clock') else "'far_in_the_future'",
            'is_excluded': 'false',
            'condition': cell ~ ' > ' ~ limit,
            'detail': detail,
        }) -%}
        {#- an unusable cell counts as the end of time: one look for both -#}
        {%- set unusable = "cast('9999-12-31' as " ~ column.data_type ~ ")" -%}
        {%- if not is_required -%}
            {%- set unusable = 'case when ' ~ text ~ ' is not null then ' ~ unusable ~ ' end' -%}
        {%- endif -%}
        {%- do suspicions.append('coalesce(' ~ cell ~ ', ' ~ unusable ~ ') > ' ~ limit) -%}
    {%- elif is_required -%}
        {%- do suspicions.append(cell ~ ' is null') -%}
    {%- elif is_typed -%}
        {%- do suspicions.append('(' ~ text ~ ' is not null and ' ~ cell ~ ' is null)') -%}
    {%- endif -%}
{%- endfor -%}
{%- for condition in asked.missing_choices -%}
    {%- do suspicions.append(condition) -%}
    {%- do checks.append({
        'reason': "'required_value_missing'",
        'is_excluded': 'true',
        'condition': condition,
        'detail': "'one of " ~ contract.required_one_of[loop.index0] | join(', ') ~ "'",
    }) -%}
{%- endfor -%}
with

-- one scan of the raw text that casts every cell once; what it finds is small
suspects as (

    select *
    from (
        select
            {{- contracted_cells(contract.columns) }}
            {%- for column in contract.columns %}
            {{ column.name }},
            {%- endfor %}
            _source_system,
            _source_file,
            _source_row,
            _extracted_at,
            _batch_id
        from {{ relation }}
        {%- if is_read_by_row() %}
        where {{ is_of_new_batch('_batch_id') }}
        {%- endif %}
    ) as typed
    where
        {{ suspicions | join('\n        or ') }}

)
{% for check in checks %}
select
    {{ check.reason }} as reason,
    {{ check.is_excluded }} as is_excluded,
    _source_system as source_system,
    cast('{{ object }}' as {{ dbt.type_string() }}) as source_object,
    _source_file as source_file,
    _source_row as source_line,
    {{ record_id }} as source_record_id,
    {{ check.detail }} as detail,
    _batch_id as batch_id
from suspects
where {{ check.condition }}
{% if not loop.last %}union all{% endif %}
{%- endfor -%}
{%- else -%}
select * from {{ relation }}
{%- endif -%}
{%- endmacro %}
