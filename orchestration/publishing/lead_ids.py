"""How many leads changed their id between two states of the marts."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from orchestration.duckdb_files import attached, has_table

ALIASES = "marts.bridge_lead_aliases"


def compare_lead_ids(before: Path, after: Path) -> dict[str, int] | None:
    """Count the leads whose id changed; None where one of the files has no aliases.

    A lead changed its id when a record that was its own now belongs to a lead of another id: it
    was merged, split, or an older record of the person came. Records that only one of the files
    has say nothing.
    """
    with attached(before=before, after=after) as connection:
        if not all(has_table(connection, name, ALIASES) for name in ("before", "after")):
            return None
        leads, changed, records, moved = connection.execute(
            "select count(distinct old.lead_id),"
            " count(distinct old.lead_id) filter (old.lead_id != new.lead_id),"
            " count(*), count(*) filter (old.lead_id != new.lead_id)"
            f" from before.{ALIASES} as old inner join after.{ALIASES} as new using (alias_id)"
        ).fetchall()[0]
    return {
        "lead_count": leads,
        "changed_lead_count": changed,
        "record_count": records,
        "moved_record_count": moved,
    }


def describe_lead_ids(lead_ids: Mapping[str, Any]) -> str:
    """One line about `lead_ids` of a release's manifest, for people."""
    if lead_ids["since"] is None:
        return "no last release to compare with"
    changed, leads = lead_ids["changed_lead_count"], lead_ids["lead_count"]
    moved = lead_ids["moved_record_count"]
    records = f" ({moved:,} record{'' if moved == 1 else 's'})" if moved else ""
    return f"{changed:,} of {leads:,} changed since release {lead_ids['since']}{records}"
