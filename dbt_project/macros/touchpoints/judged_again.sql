{# The scope of int_touchpoints__touches: a touch is judged by those of the same lead, and by when
   the lead came into being. #}
{% macro judged_again() -%}
    (
        touch_key in {{ changed_keys('described_touch') }}
        or lead_key in {{ changed_keys('described_lead') }}
        or lead_key in {{ changed_keys('lead') }}
    )
{%- endmacro %}
