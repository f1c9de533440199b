{# The size class of a company by its number of employees; `(unknown)` without one. #}
{% macro employee_band(employee_count) -%}
    case
        when {{ employee_count }} >= 1000 then '1000+'
        when {{ employee_count }} >= 250 then '250-999'
        when {{ employee_count }} >= 50 then '50-249'
        when {{ employee_count }} >= 1 then '1-49'
        else '(unknown)'
    end
{%- endmacro %}
