{# A part of a whole as a DOUBLE; null where the whole is 0. #}
{% macro share_of(part, whole) -%}
    (({{ part }}) / nullif(cast({{ whole }} as double), 0))
{%- endmacro %}

{# A bound of the interval in which the true share lies with 80 % confidence, after `part` of `whole`
   trials: the score interval of Wilson (1927, J. Am. Stat. Assoc. 22). `sign` is '-' for the lower
   and '+' for the upper bound; null where the whole is 0. #}
{% macro wilson_bound(part, whole, sign) -%}
    {%- set z = 1.2815515655446004 -%}
    {%- set n = 'nullif(cast(' ~ whole ~ ' as double), 0)' -%}
    {%- set p = share_of(part, whole) -%}
    (
        ({{ p }} + {{ z * z / 2 }} / {{ n }} {{ sign }} {{ z }} * sqrt(
            {{ p }} * (1 - {{ p }}) / {{ n }} + {{ z * z / 4 }} / ({{ n }} * {{ n }})
        )) / (1 + {{ z * z }} / {{ n }})
    )
{%- endmacro %}
