{# The condition that a touch of a lead is in its open journey: within the lookback from the last
   touch, and after the last conversion. #}
{% macro is_in_open_journey(touches, open_journeys) -%}
    {{ touches }}.touched_at >= {{ open_journeys }}.window_starts_at
    and (
        {{ open_journeys }}.last_converted_at is null
        or {{ touches }}.touched_at > {{ open_journeys }}.last_converted_at
    )
{%- endmacro %}
