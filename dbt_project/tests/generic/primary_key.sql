{# These columns name a row: none is null, and no two rows share them. One scan. #}
{% test primary_key(model, columns) %}
    select
        {{ columns | join(', ') }},
        count(*) as row_count
    from {{ model }}
    group by {{ columns | join(', ') }}
    having count(*) > 1{% for column in columns %} or {{ column }} is null{% endfor %}
{% endtest %}
