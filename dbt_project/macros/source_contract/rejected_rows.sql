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
{%- set checks = [] -%}
{%- for column in contract.columns -%}
    {%- set cell = contracted_cell(column) -%}
    {%- set meta = column.meta -%}
    {%- set text = contracted_text(column) -%}
    {%- set detail = "'" ~ column.name ~ "'" -%}
    {%- if not meta.get('pii') -%}
        {%- set shown = "coalesce(left(" ~ column.name ~ ", 200), '')" -%}
        {%- set detail = "'" ~ column.name ~ " = ' || " ~ shown -%}
    {%- endif -%}
    {%- if column.name in contract.required -%}
        {%- do checks.append({
            'reason': "case when " ~ text ~ " is null then 'required_value_missing'"
                ~ " else 'required_value_invalid' end",
            'is_excluded': 'true',
            'condition': '(' ~ cell ~ ') is null'
                ~ (is_live if column.name not in contract.key else ''),
            'detail': detail,
        }) -%}
    {%- elif column.data_type not in ('varchar', none) -%}
        {%- do checks.append({
            'reason': "'invalid_value'",
            'is_excluded': 'false',
            'condition': text ~ ' is not null and (' ~ cell ~ ') is null',
            'detail': detail,
        }) -%}
    {%- endif -%}
    {%- if meta.get('clock') -%}
        {%- do checks.append({
            'reason': "'clock_in_the_future'",
            'is_excluded': 'false',
            'condition': '(' ~ cell ~ ') > ' ~ add_seconds('_extracted_at', 86400),
            'detail': detail,
        }) -%}
    {%- elif column.data_type in ('date', 'timestamp') -%}
        {%- do checks.append({
            'reason': "'far_in_the_future'",
            'is_excluded': 'false',
            'condition': '(' ~ cell ~ ') > ' ~ add_seconds('_extracted_at', 3652 * 86400),
            'detail': detail,
        }) -%}
    {%- endif -%}
{%- endfor -%}
{%- for condition in missing_choices(contract) -%}
    {%- do checks.append({
        'reason': "'required_value_missing'",
        'is_excluded': 'true',
        'condition': condition,
        'detail': "'one of " ~ contract.required_one_of[loop.index0] | join(', ') ~ "'",
    }) -%}
{%- endfor -%}
with

-- one scan of the raw text; what it finds is small
suspects as (

    select * from {{ relation }}
    where
        {%- for check in checks %}
        {% if not loop.first %}or {% endif %}({{ check.condition }})
        {%- endfor %}

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
    {{ check.detail }} as detail
from suspects
where {{ check.condition }}
{% if not loop.last %}union all{% endif %}
{%- endfor -%}
{%- else -%}
select * from {{ relation }}
{%- endif -%}
{%- endmacro %}
