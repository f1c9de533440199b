{# A part of a whole as a DOUBLE; null where the whole is 0. #}
{% macro share_of(part, whole) -%}
    (({{ part }}) / nullif(cast({{ whole }} as double), 0))
{%- endmacro %}

{# A bound of the interval in which the true share lies with 80 % confidence, after `part` of `whole`
   trials: the score interval of Wilson (1927, J. Am. Stat. Assoc. 22). `sign` is '-' for the lower
   and '+' for the upper bound; null where the whole is 0. #}
{% macro wilson_bound(part, whole, sign) -%}
    {%- set z = 1.2815515655446004 -%}
    {%- set n = 'cast(' ~ whole ~ ' as double)' -%}
    {%- set p = share_of(part, whole) -%}
    (
        ({{ p }} + {{ z * z / 2 }} / nullif({{ n }}, 0) {{ sign }} {{ z }} * sqrt(
            {{ p }} * (1 - {{ p }}) / nullif({{ n }}, 0) + {{ z * z / 4 }} / nullif({{ n }} * {{ n }}, 0)
        )) / (1 + {{ z * z }} / nullif({{ n }}, 0))
    )
{%- endmacro %}
