"""Two releases event by event: what each says of the leads' stages, and why they differ.

An event is the same in both when the same source record brings a lead to the same stage, whatever
its place in the ledger and whatever the id of the lead. Why it differs is read from the releases
themselves: from the content of its source record, the other records of its lead, the ids of the
leads, and the configuration that each was built with.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import duckdb

from orchestration.duckdb_files import attached, has_table
from orchestration.publishing.lead_ids import compare_lead_ids
from orchestration.publishing.releases import Release, ReleaseError

REASONS = ("new_data", "correction", "configuration", "identity")
CHANGES = ("added", "removed", "changed")
# What a release must have to be compared; those of older versions may lack it.
NEEDED_TABLES = ("fct_lead_stage_events", "bridge_lead_aliases", "bridge_source_records")
# What judges or describes tables and makes none.
WITHOUT_EFFECT = frozenset(
    {
        "dbt_project/analyses",
        "dbt_project/profiles.yml",
        "dbt_project/snapshots",
        "dbt_project/tests",
        "expectations",
    }
)
DESCRIPTIONS = (".lock", ".yml")

# Columns that are compared: what an event's own record says, and what the lead's others add to it.
OWN_COLUMNS = (
    "occurred_at",
    "time_precision",
    "is_inferred",
    "has_time_anomaly",
    "is_source_deleted",
)
PLACE_COLUMNS = ("lead_id", "cycle_number", "from_stage", "direction")


@dataclass(frozen=True)
class Comparison:
    """What differs between two releases; `events` are in the order of lead and time."""

    before: Release
    after: Release
    has_other_extracts: bool
    configuration: tuple[str, ...]
    lead_ids: Mapping[str, int]
    event_counts: Mapping[str, int]
    counts: Mapping[str, Mapping[str, int]]
    events: tuple[Mapping[str, Any], ...]

    def as_document(self) -> dict[str, Any]:
        """All of it for machines; times are ISO text in UTC."""
        return {
            "before": _release_document(self.before),
            "after": _release_document(self.after),
            "has_other_extracts": self.has_other_extracts,
            "configuration": list(self.configuration),
            "lead_ids": dict(self.lead_ids),
            "event_counts": dict(self.event_counts),
            "counts": {reason: dict(counts) for reason, counts in self.counts.items()},
            "events": [dict(event) for event in self.events],
        }


def compare_releases(before: Release, after: Release) -> Comparison:
    """Compare the stage events of two releases.

    Raises ReleaseError for a release that was published before there was anything to compare.
    """
    configuration = changed_configuration(before.manifest, after.manifest)
    with attached(before=before.database, after=after.database) as connection:
        for name, release in (("before", before), ("after", after)):
            for table in NEEDED_TABLES:
                if not has_table(connection, name, f"marts.{table}"):
                    raise ReleaseError(
                        f"release {release.id} cannot be compared: it has no table marts.{table}"
                    )
        connection.execute(
            _DIFFERENCES,
            {
                "before_as_of": before.manifest["as_of"],
                "configuration": ", ".join(configuration) or None,
            },
        )
        events = _read_events(connection)
        event_counts = {
            name: connection.execute(
                f"select count(*) from {name}.marts.fct_lead_stage_events"
            ).fetchall()[0][0]
            for name in ("before", "after")
        }
    counts = {reason: dict.fromkeys(CHANGES, 0) for reason in REASONS}
    for event in events:
        counts[event["reason"]][event["change"]] += 1
    changed = sum(event["change"] != "added" for event in events)
    extracts = [release.manifest["fingerprint"].get("extracts") for release in (before, after)]
    return Comparison(
        before=before,
        after=after,
        has_other_extracts=extracts[0] != extracts[1],
        configuration=configuration,
        lead_ids=compare_lead_ids(before.database, after.database) or {},
        event_counts={**event_counts, "same": event_counts["before"] - changed},
        counts=counts,
        events=tuple(events),
    )


def changed_configuration(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, ...]:
    """Names of what two manifests' releases were made with and that differs: seeds, parts, code."""
    old, new = (manifest["fingerprint"].get("configuration", {}) for manifest in (before, after))
    return tuple(
        sorted(
            name
            for name in (old.keys() | new.keys()) - WITHOUT_EFFECT
            if old.get(name) != new.get(name)
            and not (name.startswith("seeds/") and name.endswith(DESCRIPTIONS))
        )
    )


def _release_document(release: Release) -> dict[str, Any]:
    return {
        "id": release.id,
        "as_of": release.manifest["as_of"],
        "believed_at": release.manifest.get("believed_at"),
        "git_commit": release.manifest["git_commit"],
    }


def _read_events(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    rows = connection.execute(
        "select * from differences order by"
        " coalesce(lead_id_after, lead_id_before), occurred_at, to_stage, change,"
        " source_system, source_object, source_record_id"
    )
    names = [column[0] for column in rows.description]
    events = [dict(zip(names, row, strict=True)) for row in rows.fetchall()]
    for event in events:
        event["occurred_at"] = event["occurred_at"].isoformat()
        for side in ("before", "after"):
            event[side] = None if event[side] is None else json.loads(event[side])
    return events


def _side(name: str) -> str:
    """The events of one release with a key that the other release has as well."""
    facts = ", ".join(f"events.{column}" for column in (*PLACE_COLUMNS, *OWN_COLUMNS))
    return f"""
        {name}_events as (
            select
                events.source_system, events.source_object, events.source_record_id,
                events.opportunity_id, events.to_stage, {facts},
                coalesce(people.lead_id, leads.lead_id, events.lead_id) as subject_id,
                row_number() over (
                    partition by
                        events.source_system, events.source_object, events.source_record_id,
                        events.opportunity_id, events.to_stage,
                        case when events.opportunity_id is null then ''
                            else coalesce(leads.lead_id, events.lead_id) end
                    order by events.occurred_at, events.cycle_number, events.event_number,
                        events.lead_id
                ) as repeat_number
            from {name}.marts.fct_lead_stage_events as events
            -- the lead as the later release knows it: of a person's record, and of an older id
            left join after.marts.bridge_lead_aliases as people
                on events.opportunity_id is null
                and events.source_system = people.source_system
                and events.source_object = people.source_object
                and events.source_record_id = people.source_record_id
            left join after.marts.bridge_lead_aliases as leads on events.lead_id = leads.alias_id
        )"""


def _differs(columns: tuple[str, ...]) -> str:
    return " or ".join(f"old.{column} is distinct from new.{column}" for column in columns)


def _facts(side: str) -> str:
    pairs = ", ".join(f"'{column}', {side}.{column}" for column in (*PLACE_COLUMNS, *OWN_COLUMNS))
    return f"case when {side}.to_stage is not null then json_object({pairs}) end"


def _changed_columns() -> str:
    tests = ", ".join(
        f"case when old.{column} is distinct from new.{column} then '{column}' end"
        for column in (*PLACE_COLUMNS, *OWN_COLUMNS)
    )
    return f"list_filter([{tests}], lambda name: name is not null)"


_DIFFERENCES = f"""
create temp table differences as
with {_side("before")}, {_side("after")},

compared as (
    select
        coalesce(new.source_system, old.source_system) as source_system,
        coalesce(new.source_object, old.source_object) as source_object,
        coalesce(new.source_record_id, old.source_record_id) as source_record_id,
        coalesce(new.opportunity_id, old.opportunity_id) as opportunity_id,
        coalesce(new.to_stage, old.to_stage) as to_stage,
        coalesce(new.occurred_at, old.occurred_at) as occurred_at,
        coalesce(new.subject_id, old.subject_id) as subject_id,
        old.lead_id as lead_id_before,
        new.lead_id as lead_id_after,
        case
            when old.to_stage is null then 'added'
            when new.to_stage is null then 'removed'
            when {_differs((*PLACE_COLUMNS, *OWN_COLUMNS))} then 'changed'
        end as change,
        {_differs(OWN_COLUMNS)} as is_own_change,
        old.is_source_deleted is distinct from new.is_source_deleted as is_deletion_change,
        case when old.to_stage is not null and new.to_stage is not null
            then {_changed_columns()} else [] end as changed_columns,
        {_facts("old")} as "before",
        {_facts("new")} as "after"
    from before_events as old
    full join after_events as new
        on old.source_system = new.source_system
        and old.source_object = new.source_object
        and old.source_record_id = new.source_record_id
        and old.opportunity_id is not distinct from new.opportunity_id
        and old.to_stage = new.to_stage
        and (old.opportunity_id is null or old.subject_id = new.subject_id)
        and old.repeat_number = new.repeat_number
),

record_states as (
    select
        source_system, source_object, source_record_id,
        new.source_file is not null as is_there,
        coalesce(new.source_file, old.source_file) as source_file,
        coalesce(new.source_line, old.source_line) as source_line,
        case
            when old.source_file is null then 'new'
            when new.source_file is null then 'gone'
            when old.content_hash is distinct from new.content_hash then 'changed'
            else 'same'
        end as state
    from before.marts.bridge_source_records as old
    full join after.marts.bridge_source_records as new
        using (source_system, source_object, source_record_id)
),

-- the records behind each lead: its own and those that its events name
lead_records as (
    select lead_id as subject_id, source_system, source_object, source_record_id
    from after.marts.bridge_lead_aliases
    union
    select coalesce(new.lead_id, old.lead_id), old.source_system, old.source_object,
        old.source_record_id
    from before.marts.bridge_lead_aliases as old
    left join after.marts.bridge_lead_aliases as new on old.lead_id = new.alias_id
    union
    select subject_id, source_system, source_object, source_record_id from compared
),

lead_states as (
    select
        lead_records.subject_id,
        coalesce(bool_or(record_states.state = 'gone'), false) as has_gone,
        coalesce(bool_or(record_states.state = 'new'), false) as has_new,
        coalesce(bool_or(record_states.state = 'changed'), false) as has_changed
    from lead_records
    inner join record_states using (source_system, source_object, source_record_id)
    where record_states.state != 'same'
    group by lead_records.subject_id
),

-- leads that gained or lost a record which both releases know
regrouped as (
    select new.lead_id as subject_id
    from before.marts.bridge_lead_aliases as old
    inner join after.marts.bridge_lead_aliases as new using (alias_id)
    where old.lead_id != new.lead_id
    union
    select leads.lead_id
    from before.marts.bridge_lead_aliases as old
    inner join after.marts.bridge_lead_aliases as new using (alias_id)
    inner join after.marts.bridge_lead_aliases as leads on old.lead_id = leads.alias_id
    where old.lead_id != new.lead_id
),

evidenced as (
    select
        compared.*,
        coalesce(record_states.state, 'same') as state,
        record_states.source_file,
        record_states.source_line,
        coalesce(lead_states.has_gone, false) as has_gone,
        coalesce(lead_states.has_new, false) as has_new,
        coalesce(lead_states.has_changed, false) as has_changed,
        regrouped.subject_id is not null as is_regrouped,
        compared.occurred_at > cast($before_as_of as timestamp) as is_later
    from compared
    left join record_states using (source_system, source_object, source_record_id)
    left join lead_states on compared.subject_id = lead_states.subject_id
    left join regrouped on compared.subject_id = regrouped.subject_id
    where compared.change is not null
),

explained as (
    select
        *,
        case
            when change = 'added' and state = 'new' then 'new_data: its source record is new'
            when change = 'removed' and state = 'gone'
                then 'correction: its source record disappeared'
            when change = 'changed' and is_deletion_change
                then 'correction: its source record was deleted or restored'
            when lead_id_before != coalesce(lead_id_after, subject_id)
                then 'identity: the id of the lead changed'
            when change = 'added' and state = 'changed' and is_later
                then 'new_data: its source record went on'
            when state = 'changed' and (change != 'changed' or is_own_change)
                then 'correction: its source record changed'
            when is_regrouped then 'identity: other records belong to the lead'
            when has_gone then 'correction: another record of the lead disappeared'
            when has_new then 'new_data: another record of the lead is new'
            when has_changed then 'correction: another record of the lead changed'
            when $configuration is not null then 'configuration: ' || $configuration
            when change = 'added' then 'new_data: it is linked to the lead now'
            else 'correction: what links it to the lead changed'
        end as explanation
    from evidenced
)

select
    change,
    split_part(explanation, ': ', 1) as reason,
    substr(explanation, strpos(explanation, ': ') + 2) as detail,
    lead_id_before,
    lead_id_after,
    to_stage,
    occurred_at,
    opportunity_id,
    source_system,
    source_object,
    source_record_id,
    source_file,
    source_line,
    changed_columns,
    "before",
    "after"
from explained
"""
