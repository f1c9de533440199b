-- The versions of a rule follow each other day by day: one ends on the day before the next begins,
-- so that every decision has one version, and when a version ended cannot be changed either.
with

versions as (

    select
        rule,
        version,
        effective_from,
        effective_to,
        lead(version) over (partition by rule order by version) as next_version,
        lead(effective_from) over (partition by rule order by version) as next_from
    from {{ ref('qualification_rules') }}

)

select
    rule,
    version,
    effective_from,
    effective_to,
    next_version,
    next_from
from versions
where
    next_from <= effective_from
    or (
        next_version is not null
        and effective_to is distinct from cast({{ add_days('next_from', -1) }} as date)
    )
