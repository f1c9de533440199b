"""All that a release knows of one lead, in the order of time."""

from collections.abc import Callable, Iterable
from typing import Any

from orchestration.explaining.record_lookup import find_lead
from orchestration.explaining.release_reader import SOURCE_COLUMNS, ReleaseReader, Row

SOURCE = ", ".join(SOURCE_COLUMNS)
NO_SOURCE = dict.fromkeys(SOURCE_COLUMNS)


def tell_lead(reader: ReleaseReader, wanted: str) -> dict[str, Any]:
    """The story of a lead: what it is, its source records, and its entries in order of time.

    An entry has `at`, `kind`, `title`, `facts` and the source record with file and line; `kind` is
    one of cycle, touch, activity, stage, decision, handoff, opportunity, credit. Raises
    NotInReleaseError.
    """
    lead_id = find_lead(reader, wanted)
    lead = reader.rows("select * from marts.dim_leads where lead_id = ?", [lead_id])
    records = reader.rows(
        f"select alias_id, {SOURCE}, is_source_deleted from marts.bridge_lead_aliases"
        f" where lead_id = ? order by alias_id != lead_id, {SOURCE}",
        [lead_id],
    )
    entries = [
        {"kind": kind, **entry} for kind, tell in TELLERS.items() for entry in tell(reader, lead_id)
    ]
    # of one moment: what was done before what it made of the lead
    entries.sort(key=lambda entry: (entry["at"], list(TELLERS).index(entry["kind"])))
    return {
        "release": reader.release.id,
        "as_of": reader.release.manifest["as_of"],
        # a lead whose records are all deleted is in the ledger and nowhere else
        "lead": lead[0] if lead else {"lead_id": lead_id},
        "records": reader.with_sources(records),
        "entries": reader.with_sources(entries),
    }


def _entries(
    rows: Iterable[Row], time_column: str, title: Callable[[Row], str]
) -> Iterable[dict[str, Any]]:
    for row in rows:
        facts = {
            name: value
            for name, value in row.items()
            if name not in (*SOURCE_COLUMNS, time_column, "lead_id")
        }
        source = {name: row.get(name) for name in SOURCE_COLUMNS}
        yield {"at": row[time_column], "title": title(row), "facts": facts, **source}


def _rows_of_lead(reader: ReleaseReader, table: str, lead_id: str) -> list[Row]:
    """All columns: later versions of a table have more to say."""
    if not reader.has(f"marts.{table}"):
        return []
    return reader.rows(f"select * from marts.{table} where lead_id = ? order by all", [lead_id])


def _cycles(reader: ReleaseReader, lead_id: str) -> Iterable[dict[str, Any]]:
    rows = reader.rows(
        "select cycle_number, cycle_type, started_at, ended_at, current_stage, furthest_stage,"
        " outcome, source_channel, source_campaign_key, opportunity_count, won_amount, is_stalled"
        " from marts.fct_lead_lifecycle where lead_id = ? order by cycle_number",
        [lead_id],
    )
    return _entries(rows, "started_at", lambda row: f"cycle {row['cycle_number']} starts")


def _touches(reader: ReleaseReader, lead_id: str) -> Iterable[dict[str, Any]]:
    rows = _rows_of_lead(reader, "fct_touches", lead_id)
    return _entries(rows, "occurred_at", lambda row: row["touch_type"])


def _activities(reader: ReleaseReader, lead_id: str) -> Iterable[dict[str, Any]]:
    rows = _rows_of_lead(reader, "fct_activities", lead_id)
    return _entries(rows, "occurred_at", lambda row: row["activity_type"] or "activity")


def _stages(reader: ReleaseReader, lead_id: str) -> Iterable[dict[str, Any]]:
    rows = reader.rows(
        "select * from marts.fct_lead_stage_events where lead_id = ?"
        " order by cycle_number, event_number",
        [lead_id],
    )
    return _entries(rows, "occurred_at", _stage_title)


def _stage_title(row: Row) -> str:
    return " -> ".join(stage for stage in (row["from_stage"], row["to_stage"]) if stage)


def _decisions(reader: ReleaseReader, lead_id: str) -> Iterable[dict[str, Any]]:
    rows = _rows_of_lead(reader, "fct_lead_qualifications", lead_id)
    return _entries(rows, "decided_at", lambda row: str(row.get("verdict")))


def _handoffs(reader: ReleaseReader, lead_id: str) -> Iterable[dict[str, Any]]:
    rows = _rows_of_lead(reader, "fct_lead_handoffs", lead_id)
    return _entries(rows, "handed_off_at", lambda row: str(row.get("sla_status")))


def _opportunities(reader: ReleaseReader, lead_id: str) -> Iterable[dict[str, Any]]:
    rows = reader.rows(
        "select events.opportunity_id, opportunities.opportunity_name, events.from_stage,"
        " events.to_stage, events.source_stage, events.occurred_at, events.is_inferred,"
        " opportunities.opportunity_amount, opportunities.reporting_currency_code,"
        " events.source_system, events.source_object, events.source_record_id"
        " from marts.fct_opportunity_stage_events as events"
        " left join marts.fct_opportunities as opportunities using (opportunity_id)"
        " where events.opportunity_id in ("
        "select opportunity_id from marts.fct_lead_stage_events where lead_id = ?)"
        " order by events.opportunity_id, events.event_number",
        [lead_id],
    )
    return _entries(rows, "occurred_at", _stage_title)


def _credits(reader: ReleaseReader, lead_id: str) -> Iterable[dict[str, Any]]:
    """One entry per conversion and touch, with the credit under every model."""
    rows = reader.rows(
        "select credits.*, touches.source_system, touches.source_object,"
        " touches.source_record_id from marts.fct_attribution_credits as credits"
        " left join marts.fct_touches as touches using (touch_id)"
        " where credits.lead_id = ?"
        " order by converted_at, conversion_id, touch_position, attribution_model",
        [lead_id],
    )
    entries: dict[tuple[str, str], dict[str, Any]] = {}
    for row in rows:
        entry = entries.setdefault(
            (row["conversion_id"], row["touch_id"]),
            {
                "at": row["converted_at"],
                "title": row["conversion_type"],
                "facts": {
                    name: row[name]
                    for name in (
                        "conversion_id",
                        "opportunity_id",
                        "touch_id",
                        "touched_at",
                        "channel",
                        "campaign_key",
                        "currency_code",
                    )
                }
                | {"credits": {}},
                **{name: row[name] for name in SOURCE_COLUMNS},
            },
        )
        entry["facts"]["credits"][row["attribution_model"]] = {
            "weight": row["weight"],
            "credited_amount": row["credited_amount"],
        }
    return entries.values()


TELLERS: dict[str, Callable[[ReleaseReader, str], Iterable[dict[str, Any]]]] = {
    "cycle": _cycles,
    "touch": _touches,
    "activity": _activities,
    "stage": _stages,
    "decision": _decisions,
    "handoff": _handoffs,
    "opportunity": _opportunities,
    "credit": _credits,
}
