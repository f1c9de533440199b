-- What would another version of the rule have said? The CRM's decisions of a period with the
-- verdict that they got, and the one that `replay_version` gives to the same inputs of that time.
--
--     dbt compile --select qualification_replay \
--         --vars '{replay_version: 3, replay_from: 2025-01-01, replay_to: 2025-12-31}'
--
-- and run what is then in target/compiled/…/qualification_replay.sql.
with

decisions as (

    select * from {{ ref('fct_lead_qualifications') }}
    where
        decision_source = 'crm'
        and cast(decided_at as date) between
        cast('{{ var("replay_from", "2025-01-01") }}' as date)
        and cast('{{ var("replay_to", "2025-12-31") }}' as date)

),

rules as (

    select * from {{ ref('dim_qualification_rules') }}
    where rule_name = 'mql' and rule_version = {{ var('replay_version', 3) }}

),

replayed as (

    select
        decisions.rule_version,
        decisions.verdict,
        {{ qualification_reason('decisions', 'rules') }} as replayed_reason
    from decisions
    cross join rules

)

select
    rule_version,
    verdict,
    {{ qualification_verdict('replayed_reason') }} as replayed_verdict,
    replayed_reason,
    count(*) as decision_count
from replayed
group by rule_version, verdict, replayed_reason
order by rule_version, verdict, replayed_reason
