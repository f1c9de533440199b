{# A bound of the interval in which the true share lies after `hits` of `trials`: the score
   interval of Wilson (1927, J. Am. Stat. Assoc. 22). `z` is the quantile of the normal
   distribution, 1.959964 for 95 % confidence, 1.281552 for 80 %. `sign` is '-' for the lower and
   '+' for the upper bound; null without trials. Without a hit the lower bound is 0, without a
   miss the upper one 1: said outright, because doubles leave a remainder that somebody divides by. #}
{% macro wilson_bound(hits, trials, sign, z=1.959964) -%}
    {%- set n = 'nullif(cast(' ~ trials ~ ' as double), 0)' -%}
    {%- set p = share_of(hits, trials) -%}
    case
        when {{ trials }} > 0 and {{ hits }} = {{ 0 if sign == '-' else trials }}
            then cast({{ 0 if sign == '-' else 1 }} as double)
        else ({{ p }} + {{ z * z / 2 }} / {{ n }} {{ sign }} {{ z }} * sqrt(
            {{ p }} * (1 - {{ p }}) / {{ n }} + {{ z * z / 4 }} / ({{ n }} * {{ n }})
        )) / (1 + {{ z * z }} / {{ n }})
    end
{%- endmacro %}
