{# The configuration of a tracked model: what names a row, and which keys and names of records its
   changes note. A model that queries only some rows in an incremental run says by `scope` which
   ones, a condition on its own columns. #}
{% macro tracked(unique_key, tracks={}, names=[], scope=none) -%}
    {{ return({
        'materialized': 'incremental',
        'incremental_strategy': 'tracked',
        'unique_key': unique_key,
        'meta': {'tracks': tracks, 'names': names, 'scope': scope},
    }) }}
{%- endmacro %}

{# Incremental strategy `tracked`. The table becomes what its query gives; rows that stay the same
   are not written, and of those that changed the old and the new keys go to state.changed_keys,
   by meta `tracks`: entity to the column with its key, or to [object, column with an id]. Where a
   row stood and when its file was taken are written, but change nothing that is built from it.
   `unique_key` names a row: unique, and not null. A staging model that read only new batches
   (read_by_batch) says nothing of other keys. #}
{% macro get_incremental_tracked_sql(arg_dict) -%}
    {{ return(adapter.dispatch('tracked_sql', 'lead_ledger')(
        arg_dict.target_relation, arg_dict.temp_relation, arg_dict.unique_key,
        arg_dict.dest_columns
    )) }}
{%- endmacro %}

{% macro changes_table(relation) -%}
    "changes_of_{{ relation.identifier }}"
{%- endmacro %}

{# After such a run: whether it found any. #}
{% macro wrote_changes() -%}
    {{ return(run_query('select 1 from ' ~ changes_table(this) ~ ' limit 1').rows | length > 0) }}
{%- endmacro %}

{% macro duckdb__tracked_sql(target_relation, temp_relation, unique_key, dest_columns) -%}
{%- set keys = [unique_key] if unique_key is string else unique_key -%}
{%- set columns = dest_columns | map(attribute='quoted') | join(', ') -%}
{%- set places = ['source_file', 'source_line', 'clock_at'] -%}
{%- set content = dest_columns | rejectattr('name', 'in', places) | map(attribute='quoted')
    | join(', ') -%}
{%- set changes = changes_table(target_relation) -%}
{%- set names, matches, pairs = [], [], [] -%}
{%- for key in keys -%}
    {%- do names.append('coalesce(given.' ~ key ~ ', present.' ~ key ~ ') as ' ~ key) -%}
    {%- do pairs.append('given.' ~ key ~ ' = present.' ~ key) -%}
    {%- do matches.append('present.' ~ key ~ ' = named.' ~ key) -%}
{%- endfor -%}
{%- set match = matches | join(' and ') -%}
{%- set compared -%}
    {{ target_relation }} as present
    {%- if is_read_by_batch() %}
    where exists (select 1 from {{ temp_relation }} as named where {{ match }})
    {%- elif model.config.meta.scope %}
    where {{ model.config.meta.scope }}
    {%- endif -%}
{%- endset -%}
create or replace temp table {{ changes }} as
with

-- hashes of 64 bits of two versions of one row: that they meet by chance is one in 10^19
differing as (
    select {{ names | join(', ') }}
    from (
        select {{ keys | join(', ') }}, hash({{ columns }}) as content from {{ temp_relation }}
    ) as given
    full outer join (
        select {{ keys | join(', ') }}, hash({{ columns }}) as content from {{ compared }}
    ) as present on {{ pairs | join(' and ') }}
    where given.content is distinct from present.content
)

select {{ columns }}, true as is_new
from {{ temp_relation }} as present
where exists (select 1 from differing as named where {{ match }})
union all
select {{ columns }}, false as is_new
from {{ target_relation }} as present
where exists (select 1 from differing as named where {{ match }});

{% for entity, tracked in (model.config.meta.tracks or {}).items() %}
{%- set key = tracked if tracked is string
    else record_key('source_system', tracked[0], tracked[1]) %}
insert into {{ state_relation('changed_keys') }}
select distinct '{{ entity }}', {{ key }}
from (
    {%- for present, other in [('is_new', 'not is_new'), ('not is_new', 'is_new')] %}
    (
        select {{ content }} from {{ changes }} where {{ present }}
        except all
        select {{ content }} from {{ changes }} where {{ other }}
    )
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
) as touched
where {{ key }} is not null;
{% endfor %}

{% for name in noted_names() %}
insert into {{ state_relation('changed_records') }}
select distinct {{ name | join(', ') }} from {{ changes }};
{% endfor %}

delete from {{ target_relation }} as present
where exists (select 1 from {{ changes }} as named where {{ match }});

insert into {{ target_relation }} ({{ columns }})
select {{ columns }}
from {{ temp_relation }} as present
where exists (select 1 from {{ changes }} as named where {{ match }})
{%- endmacro %}
