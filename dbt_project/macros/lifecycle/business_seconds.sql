{# What the business clock shows at a moment of the day `business_days`: the seconds of the days
   before it, and those that passed on it. #}
{% macro business_seconds_until(moment='moments.moment') -%}
    business_days.seconds_before + case
        when business_days.is_business_day and {{ moment }} > business_days.opens_at
            then
                {{ epoch_seconds('least(' ~ moment ~ ', business_days.closes_at)') }}
                - {{ epoch_seconds('business_days.opens_at') }}
        else 0
    end
{%- endmacro %}
