{# A bound of Wilson's score interval of a share `hits` / `trials` (Wilson 1927); `z` is the quantile of
   the normal distribution, 1.959964 for 95 %. `sign` is - for the lower and + for the upper bound. Null
   without trials. #}
{% macro wilson_bound(hits, trials, sign, z=1.959964) -%}
    {%- set n = 'nullif(cast(' ~ trials ~ ' as double), 0)' -%}
    {%- set p = '(' ~ hits ~ ' / ' ~ n ~ ')' -%}
    (
        {{ p }} + {{ z * z }} / (2 * {{ n }})
        {{ sign }} {{ z }} * sqrt(
            {{ p }} * (1 - {{ p }}) / {{ n }} + {{ z * z }} / (4 * {{ n }} * {{ n }})
        )
    ) / (1 + {{ z * z }} / {{ n }})
{%- endmacro %}
