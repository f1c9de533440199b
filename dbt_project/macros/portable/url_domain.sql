{# The host of a URL or bare address in lower case, without `www.`; null when blank. #}
{% macro url_domain(url) -%}
    nullif(
        regexp_replace(
            split_part(split_part(split_part(
                regexp_replace(lower(trim({{ url }})), '^[a-z][a-z0-9+.-]*://', ''),
            '/', 1), '?', 1), ':', 1),
            '^www\.', ''
        ),
        ''
    )
{%- endmacro %}
