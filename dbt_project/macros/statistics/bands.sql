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

{# How soon a channel pays back, by its median days from touch to win. #}
{% macro return_horizon(median_days) -%}
    case
        when {{ median_days }} < 90 then 'short'
        when {{ median_days }} < 365 then 'mid'
        when {{ median_days }} is not null then 'long'
        else 'none yet'
    end
{%- endmacro %}

{# The size class of a deal by its amount and the bounds in variable deal_size_bounds, smallest first;
   `(unknown)` without an amount. #}
{% macro deal_size_band(amount) -%}
    {%- set bounds = var('deal_size_bounds') -%}
    case
        when {{ amount }} is null then '(unknown)'
        when {{ amount }} < {{ bounds[0] }} then 'below {{ bounds[0] }}'
        {%- for bound in bounds[1:] %}
        when {{ amount }} < {{ bound }} then '{{ bounds[loop.index0] }} to {{ bound }}'
        {%- endfor %}
        else '{{ bounds[-1] }} and more'
    end
{%- endmacro %}
