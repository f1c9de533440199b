{# The configuration of a tracked model: what names a row, and which keys its changes note. #}
{% macro tracked(unique_key, tracks) -%}
    {{ return({
        'materialized': 'incremental',
        'incremental_strategy': 'tracked',
        'unique_key': unique_key,
        'meta': {'tracks': tracks},
    }) }}
{%- endmacro %}

{# Incremental strategy `tracked`. The table becomes what its query gives; rows that stay the same
   are not written, and of those that changed the old and the new keys go to state.changed_keys,
   by meta `tracks`: entity to the column with its key, or to [object, column with an id].
   `unique_key` names a row. A staging model that read only new batches (read_by_batch) says
   nothing of other keys. #}
{% macro get_incremental_tracked_sql(arg_dict) -%}
    {{ return(adapter.dispatch('tracked_sql', 'lead_ledger')(
        arg_dict.target_relation, arg_dict.temp_relation, arg_dict.unique_key,
        arg_dict.dest_columns
    )) }}
{%- endmacro %}

{% macro duckdb__tracked_sql(target_relation, temp_relation, unique_key, dest_columns) -%}
{%- set keys = [unique_key] if unique_key is string else unique_key -%}
{%- set columns = dest_columns | map(attribute='quoted') | join(', ') -%}
{%- set changes = '"changes_of_' ~ target_relation.identifier ~ '"' -%}
{%- set matches = [] -%}
{%- for key in keys -%}
    {%- do matches.append('present.' ~ key ~ ' = named.' ~ key) -%}
{%- endfor -%}
{%- set match = matches | join(' and ') -%}
{%- set compared -%}
    {{ target_relation }} as present
    {%- if is_read_by_batch() %}
    where exists (select 1 from {{ temp_relation }} as named where {{ match }})
    {%- endif -%}
{%- endset -%}
create or replace temp table {{ changes }} as
select distinct {{ keys | join(', ') }}
from (
    (
        select {{ columns }} from {{ temp_relation }}
        except all
        select {{ columns }} from {{ compared }}
    )
    union all
    (
        select {{ columns }} from {{ compared }}
        except all
        select {{ columns }} from {{ temp_relation }}
    )
) as differing;

{% for entity, tracked in (model.config.meta.tracks or {}).items() %}
{%- set key = tracked if tracked is string
    else record_key('source_system', tracked[0], tracked[1]) %}
insert into {{ state_relation('changed_keys') }}
select distinct '{{ entity }}', entity_key
from (
    {%- for relation in [target_relation, temp_relation] %}
    select {{ key }} as entity_key
    from {{ relation }} as present
    where exists (select 1 from {{ changes }} as named where {{ match }})
    {% if not loop.last %}union{% endif %}
    {%- endfor %}
) as touched
where entity_key is not null;
{% endfor %}

delete from {{ target_relation }} as present
where exists (select 1 from {{ changes }} as named where {{ match }});

insert into {{ target_relation }} ({{ columns }})
select {{ columns }}
from {{ temp_relation }} as present
where exists (select 1 from {{ changes }} as named where {{ match }})
{%- endmacro %}
