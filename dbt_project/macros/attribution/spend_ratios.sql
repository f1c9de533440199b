{# Return on spend: 0 where spend brought nothing, null without spend, and null where the cost is
   known only in part (law 4). #}
{% macro ratio_to_spend(amount, spend, is_spend_partial) -%}
    case
        when not {{ is_spend_partial }}
            then cast({{ amount }} as double) / nullif(cast({{ spend }} as double), 0)
    end
{%- endmacro %}

{# Cost of one conversion: null where there was none, without spend, or where the cost is known
   only in part (law 4). Counts are sums of weights: less than a hundredth of a conversion is none,
   because what is spent on it tells nothing of a whole one. #}
{% macro cost_per(conversions, spend, is_spend_partial) -%}
    cast(
        case
            when not {{ is_spend_partial }} and round({{ conversions }}, 9) >= 0.01
                then round(cast({{ spend }} as double) / round({{ conversions }}, 9), 2)
        end as decimal(18, 2)
    )
{%- endmacro %}
