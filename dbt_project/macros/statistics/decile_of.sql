{# The tenth of a partition that a row is in, 1 with the greatest values. Equal values stay
   together, in the tenth of the middle of their ranks, so tenths can differ in size and be
   missing. #}
{% macro decile_of(value, partition) -%}
    floor(
        5 * (
            2 * rank() over (partition by {{ partition | join(', ') }} order by {{ value }} desc)
            + count(*) over (partition by {{ partition | join(', ') }}, {{ value }}) - 2
        ) / cast(count(*) over (partition by {{ partition | join(', ') }}) as double)
    ) + 1
{%- endmacro %}
