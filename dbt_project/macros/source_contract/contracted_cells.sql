{# A condition on the text of a cell: it stands for "nothing" by contract, as a placeholder of its
   column or table (`Select`, `N/A`), or as an open end (`9999-12-31`). None without either. #}
{% macro is_placeholder(column) -%}
    {%- set text = 'trim(' ~ column.name ~ ')' -%}
    {%- set conditions = [] -%}
    {%- if column.placeholders -%}
        {%- set values = [] -%}
        {%- for value in column.placeholders -%}
            {%- do values.append("'" ~ (value | string | lower | replace("'", "''")) ~ "'") -%}
        {%- endfor -%}
        {%- do conditions.append('lower(' ~ text ~ ') in (' ~ values | join(', ') ~ ')') -%}
    {%- endif -%}
    {%- for value in column.meta.open_end_values or [] -%}
        {%- set start = value | string -%}
        {#- a date may stand there with a time -#}
        {%- do conditions.append(
            'left(' ~ text ~ ', ' ~ (start | length) ~ ") = '" ~ start ~ "'"
        ) -%}
    {%- endfor -%}
    {{ return(conditions | join(' or ') if conditions else none) }}
{%- endmacro %}

{# The text of a cell, null where it is blank or a placeholder. #}
{% macro contracted_text(column) -%}
    {%- set placeholder = is_placeholder(column) -%}
    {%- if placeholder -%}
        case when {{ placeholder }} then null else nullif(trim({{ column.name }}), '') end
    {%- else -%}
        nullif(trim({{ column.name }}), '')
    {%- endif -%}
{%- endmacro %}

{# A raw text cell as the type that the contract declares; null where it is blank, a placeholder
   or not of that type. #}
{% macro contracted_cell(column) -%}
    {%- set placeholder = is_placeholder(column) -%}
    {%- if column.data_type in ('varchar', none) -%}
        {{ contracted_text(column) }}
    {%- elif placeholder -%}
        case when {{ placeholder }} then null else {{ typed_cell(column) }} end
    {%- else -%}
        {{ typed_cell(column) }}
    {%- endif -%}
{%- endmacro %}

{% macro typed_cell(column) -%}
    {%- set formats = column.meta.format or [] -%}
    {%- set formats = [formats] if formats is string else formats -%}
    {%- if column.data_type == 'timestamp' -%}
        {{ try_cast_utc(column.name, formats) }}
    {%- elif column.data_type == 'date' -%}
        {{ try_cast_date(column.name, formats) }}
    {%- elif column.data_type == 'decimal' -%}
        {{ try_cast_decimal(column.name, column.meta.get('scale', 2)) }}
    {%- elif column.data_type == 'integer' -%}
        {{ try_cast_integer(column.name) }}
    {%- elif column.data_type == 'double' -%}
        {{ try_cast_double(column.name) }}
    {%- elif column.data_type == 'boolean' -%}
        {{ try_cast_boolean(column.name) }}
    {%- endif -%}
{%- endmacro %}

{# The select items of a subquery over raw text that gives the cells of `columns` their types,
   each named `cell__…`: what asks more than one question of a cell asks there, so that it is
   cast once. #}
{% macro contracted_cells(columns) -%}
    {%- for column in columns %}
            {{ contracted_cell(column) }} as cell__{{ column.name }},
    {%- endfor -%}
{%- endmacro %}

{# Conditions on a row of `contracted_cells`, from the cells that the contract requires: `keyed`,
   every cell of the key has a value; `filled`, so has every other required cell; `tombstone`, the
   row says that its record was deleted; `missing_choices`, for each list of `required_one_of`,
   none of its cells has a value. 'true' and 'false' where there is nothing to ask. #}
{% macro row_conditions(contract) -%}
    {%- set keyed, filled, tombstone, missing_choices = [], [], [], [] -%}
    {%- for name in contract.required -%}
        {%- do (keyed if name in contract.key else filled).append(
            'cell__' ~ name ~ ' is not null'
        ) -%}
    {%- endfor -%}
    {%- for names in contract.required_one_of -%}
        {%- do missing_choices.append(
            '(cell__' ~ names | join(' is null and cell__') ~ ' is null)'
        ) -%}
        {%- do filled.append('not ' ~ missing_choices[-1]) -%}
    {%- endfor -%}
    {%- for name in contract.tombstone -%}
        {%- do tombstone.append('coalesce(cell__' ~ name ~ ', false)') -%}
    {%- endfor -%}
    {%- if contract.active and not contract.history -%}
        {%- do tombstone.append('not coalesce(cell__' ~ contract.active ~ ', true)') -%}
    {%- endif -%}
    {{ return({
        'keyed': keyed | join(' and ') or 'true',
        'filled': filled | join(' and ') or 'true',
        'tombstone': tombstone | join(' or ') or 'false',
        'missing_choices': missing_choices,
    }) }}
{%- endmacro %}
