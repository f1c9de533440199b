{# Every version of a rule has the hash that its lock wrote down, and nothing locked is missing.
   Fails with a message that names rule and version. `hashed` are the columns of the hash, in
   order, joined by |. #}
{% test unchanged_since_locked(model, lock, hashed, file_name) %}
    with

    rules as (

        select
            rule,
            version,
            {% set cells = [] -%}
            {% for column in hashed -%}
            {%- do cells.append(
                "coalesce(cast(" ~ column ~ " as " ~ dbt.type_string() ~ "), '')"
            ) -%}
            {%- endfor -%}
            {{ dbt.hash(cells | join(" || '|' || ")) }} as rule_hash
        from {{ model }}

    ),

    locked as (

        select
            rule,
            version,
            hash as locked_hash
        from {{ lock }}

    ),

    compared as (

        select
            coalesce(rules.rule, locked.rule) as rule,
            coalesce(rules.version, locked.version) as version,
            case
                when rules.rule_hash is null then 'was removed after it was locked'
                when locked.locked_hash is null then 'is not locked: lead-ledger lock-rules'
                else 'was changed after it was locked: write a new version instead'
            end as finding
        from rules
        full outer join locked
            on rules.rule = locked.rule and rules.version = locked.version
        where
            rules.rule_hash is null
            or locked.locked_hash is null
            or rules.rule_hash != locked.locked_hash

    ),

    named as (

        select
            'rule ' || rule || ', version ' || cast(version as {{ dbt.type_string() }})
            || ' ' || finding as message
        from compared

    ),

    told as (

        select
            '{{ file_name }}: ' || {{ dbt.listagg('message', "'; '", 'order by message') }}
                as message
        from named

    )

    select message
    from told
    where message is not null and {{ raise_error('message') }}
{% endtest %}
