{# Claims on every row of a table that people edit; a failing row says so in words. `row` is the
   columns by which people know a row, `checks` the claims: what must hold, in words and in SQL.
   A refresh that fails repeats the `problem` of the first rows. #}
{% test named_rows(model, row, checks) %}
    {%- set names = [] -%}
    {%- for column in row -%}
        {%- do names.append("coalesce(cast(" ~ column ~ " as varchar), '(blank)')") -%}
    {%- endfor -%}
    {%- set name = names | join(" || ', ' || ") %}
    with named as (
        select
            *,
            {{ name }} as row_name,
            count(*) over (partition by {{ row | join(', ') }}) as row_count
        from {{ model }}
    )

    select distinct
        '{{ model.identifier }}, row ' || row_name || ': it stands ' || row_count || ' times'
            as problem
    from named
    where row_count > 1
    {% for claim, condition in checks.items() %}
    union all
    select '{{ model.identifier }}, row ' || row_name || ': {{ claim }}' as problem
    from named
    where not coalesce({{ condition }}, false)
    {% endfor %}
{% endtest %}
