{# Whether a score is more than a guess, in the row of all deciles; null in the others. `counted`
   and `curves` are aliases: the counts, and the area under the curve with its interval. #}
{% macro score_verdict(counted, curves) -%}
    case
        when {{ counted }}.signal is null then 'no_score_history'
        when {{ counted }}.decile is not null then null
        when
            least({{ curves }}.hit_count, {{ curves }}.miss_count)
            < {{ var('score_min_outcomes') }} then 'too_few'
        when {{ curves }}.auc_low > 0.5 then 'better_than_a_guess'
        when {{ curves }}.auc_high < 0.5 then 'worse_than_a_guess'
        else 'guess'
    end
{%- endmacro %}
