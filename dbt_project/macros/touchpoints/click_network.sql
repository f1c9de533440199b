{# The ad network whose click id a link carries; null without one. #}
{% macro click_network_of_url(url) -%}
    case
        {%- for parameter, network in [
            ('gclid', 'google'), ('msclkid', 'microsoft'), ('li_fat_id', 'linkedin'),
            ('fbclid', 'facebook'),
        ] %}
        when lower({{ url }}) like '%{{ parameter }}=_%' then '{{ network }}'
        {%- endfor %}
    end
{%- endmacro %}
