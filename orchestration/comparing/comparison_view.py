"""A comparison of two releases as people read it."""

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

from orchestration.comparing.stage_events import CHANGES, Comparison
from orchestration.publishing.lead_ids import describe_lead_ids

SHOWN_EVENTS = 50


def show_comparison(console: Console, comparison: Comparison) -> None:
    """What changed in how many events and why, then the first of them one by one."""
    before, after = comparison.before, comparison.after
    _line(console, f"From release {before.id}, as of {before.manifest['as_of']}")
    _line(console, f"to release   {after.id}, as of {after.manifest['as_of']}")
    extracts = "other extracts" if comparison.has_other_extracts else "the same extracts"
    parts = ", ".join(comparison.configuration)
    configuration = f"other configuration: {parts}" if parts else "the same configuration"
    _line(console, f"Built from   {extracts}; {configuration}")
    lead_ids = describe_lead_ids({"since": before.id, **comparison.lead_ids})
    _line(console, f"Lead ids     {lead_ids}")
    counts = comparison.event_counts
    _line(
        console,
        f"Events       {counts['before']:,} then, {counts['after']:,} now,"
        f" {counts['same']:,} the same",
    )
    table = Table("Why", header_style="bold")
    for change in CHANGES:
        table.add_column(change.capitalize(), justify="right")
    for reason, by_change in comparison.counts.items():
        table.add_row(reason.replace("_", " "), *(f"{by_change[name]:,}" for name in CHANGES))
    console.print(table)
    if comparison.events:
        console.print(_events(comparison.events[:SHOWN_EVENTS]))
    more = len(comparison.events) - SHOWN_EVENTS
    if more > 0:
        _line(console, f"and {more:,} more events: --json has all of them")


def _events(events: tuple[Mapping[str, Any], ...]) -> Table:
    table = Table(header_style="bold")
    for header in ("Lead", "Event", "What", "Why", "Source record", "File and line"):
        table.add_column(header, overflow="fold")
    for event in events:
        ids = [event["lead_id_before"], event["lead_id_after"]]
        lead = " -> ".join(dict.fromkeys(lead_id for lead_id in ids if lead_id))
        table.add_row(
            lead,
            f"{event['to_stage']} {event['occurred_at'].replace('T', ' ')}",
            _what(event),
            f"{event['reason'].replace('_', ' ')}: {event['detail']}",
            f"{event['source_system']} {event['source_object']} {event['source_record_id']}",
            _place(event),
        )
    return table


def _what(event: Mapping[str, Any]) -> str:
    """The change; of a changed event each column with its value then and now."""
    if event["change"] != "changed":
        return event["change"]
    return "\n".join(
        f"{column}: {event['before'][column]} -> {event['after'][column]}"
        for column in event["changed_columns"]
    )


def _place(event: Mapping[str, Any]) -> str:
    if event["source_file"] is None:
        return ""
    return f"{event['source_file']}:{event['source_line']}"


def _line(console: Console, text: str) -> None:
    console.print(text, markup=False, highlight=False, soft_wrap=True)
