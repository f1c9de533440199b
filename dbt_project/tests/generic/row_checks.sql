{# Several claims on every row of a model in one scan; a row fails with the claims that it breaks.
   A claim that is null on a row does not hold. #}
{% test row_checks(model, checks) %}
    select *
    from (
        select
            *,
            {% for check in checks -%}
            case when {{ check }} then '' else '{{ check | replace("'", "''") }}; ' end
            {%- if not loop.last %} || {% endif %}
            {% endfor %} as broken_checks
        from {{ model }}
    ) as checked
    where broken_checks != ''
{% endtest %}
