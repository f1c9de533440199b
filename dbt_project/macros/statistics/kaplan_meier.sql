{# Medians by Kaplan and Meier (1958, J. Am. Stat. Assoc. 53): (keys, km_median). `relation` has the
   columns `keys`, a duration, and `is_event`, false where the observation was cut off (censored)
   at the duration. The share still there falls at each duration by the share of those who had
   stayed that long that then left: S(t) = Π (1 - left / at risk). Events stand before
   censorings of the same duration. The median is the least t with S(t) <= 1/2; no row where the
   share never falls so far. #}
{% macro kaplan_meier_medians(relation, keys, duration, is_event) -%}
{%- set keys = keys | join(', ') -%}
(
    with durations as (
        select
            {{ keys }},
            {{ duration }} as duration,
            sum(case when {{ is_event }} then 1 else 0 end) as left_count,
            sum(count(*)) over (
                partition by {{ keys }} order by {{ duration }} desc rows unbounded preceding
            ) as at_risk_count
        from {{ relation }}
        group by {{ keys }}, {{ duration }}
    ),

    -- a product of shares is a sum of logarithms; where all have left the share is 0 and has none
    survival as (
        select
            {{ keys }},
            duration,
            case when left_count = at_risk_count then 0 else exp(sum(
                case
                    when left_count < at_risk_count
                        then ln(1 - left_count / cast(at_risk_count as double))
                    else 0
                end
            ) over (partition by {{ keys }} order by duration rows unbounded preceding)) end
                as share_still_there
        from durations
    )

    select
        {{ keys }},
        min(duration) as km_median
    from survival
    -- a half is a half, whatever the logarithms make of its last digit
    where share_still_there <= 0.5 + 1e-9
    group by {{ keys }}
)
{%- endmacro %}
