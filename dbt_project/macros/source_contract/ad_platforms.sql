{# Where cost and campaigns of the systems in use come from, by the names of their staging models.
   A report that has everything itself is staged as `stg_<system>__spend`; a platform whose report
   has to be joined to its histories first has an intermediate model in the same shape. #}
{% macro spend_models() -%}
    {%- set joined = ['google_ads', 'linkedin_ads', 'meta_ads'] -%}
    {%- set models = [] -%}
    {%- for system in var('systems') if system in joined -%}
        {%- do models.append('int_touchpoints__' ~ system ~ '_spend') -%}
    {%- endfor -%}
    {%- for table in staged_tables() if table.model.endswith('__spend') -%}
        {%- do models.append(table.model) -%}
    {%- endfor -%}
    {{ return(models) }}
{%- endmacro %}

{# Histories of campaigns: versions, of which the newest describes the campaign. #}
{% macro campaign_history_models() -%}
    {%- set models = [] -%}
    {%- for table in staged_tables() if table.model.endswith('__campaign_histories') -%}
        {%- do models.append(table.model) -%}
    {%- endfor -%}
    {{ return(models) }}
{%- endmacro %}

{# The columns of every spend model, in the grain of its report. #}
{% macro spend_columns() -%}
    {{ return([
        'source_system', 'ad_account_id', 'campaign_id', 'campaign_name', 'channel', 'date_day',
        'cost_amount', 'currency_code', 'impressions', 'clicks',
    ]) }}
{%- endmacro %}

{# The versions of a history table (SCD2) with the time in which each stood: from valid_from, up
   to and without valid_to. What was before the first version is not known: it stands for that
   time, too, so that a join keeps every row and never multiplies one. #}
{% macro versions_with_validity(versions) -%}
(
    select
        versions.*,
        case
            when row_number() over by_version = 1 then cast('1900-01-01' as timestamp)
            else versions.updated_at
        end as valid_from,
        coalesce(
            lead(versions.updated_at) over by_version, cast('2999-12-31' as timestamp)
        ) as valid_to
    from {{ versions }} as versions
    window by_version as (
        partition by versions.source_system, versions.source_record_id
        order by versions.updated_at
    )
)
{%- endmacro %}

{# The version that stood at the end of a day. #}
{% macro stood_on(versions, day) -%}
    {{ end_of_day_utc(day) }} >= {{ versions }}.valid_from
    and {{ end_of_day_utc(day) }} < {{ versions }}.valid_to
{%- endmacro %}
