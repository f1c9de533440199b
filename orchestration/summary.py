"""What a person is shown at the end of a refresh, and when asking how things stand."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
from rich.console import Console
from rich.table import Table

from orchestration.publishing.audit import RunState
from orchestration.publishing.lead_ids import describe_lead_ids
from orchestration.publishing.releases import Release
from orchestration.settings import Settings

SHOWN_LINES = 5
MODEL_WIDTH, MONEY_WIDTH = 18, 14


def show_release(console: Console, settings: Settings, release: Release) -> None:
    """The whole summary of a release: rows, checks, one opportunity, and where it is."""
    manifest = release.manifest
    show_tables(console, manifest["tables"])
    _show_checks(console, manifest["checks"])
    show_stale_sources(console, manifest["sources"])
    show_notices(console, manifest["notices"])
    example = find_example(release.database)
    if example is not None:
        _show_example(console, example)
    rows = sum(release.row_counts.values())
    _line(console, f"Published release {release.id}", style="bold green")
    _line(console, f"  as of       {manifest['as_of'] or 'not known'}")
    _line(console, f"  tables      {len(release.row_counts)} with {rows:,} rows")
    _line(console, f"  lead ids    {describe_lead_ids(manifest['lead_ids'])}")
    _line(console, f"  BI tools    {settings.published / 'current.duckdb'} (read-only)")
    _line(console, f"  Parquet     {settings.published / 'current' / 'parquet'}")


def show_tables(console: Console, tables: Iterable[Mapping[str, Any]]) -> None:
    """Rows extracted, loaded and quarantined by source table; those without files are counted."""
    table = _table("Source table", "Files", "Extracted", "Loaded", "Quarantined", first="left")
    absent, totals = 0, [0, 0, 0, 0]
    for row in tables:
        figures = [
            row["file_count"],
            row["extracted_count"],
            row["loaded_count"],
            row["quarantined_count"],
        ]
        if not row["file_count"]:
            absent += 1
            continue
        totals = [total + figure for total, figure in zip(totals, figures, strict=True)]
        table.add_row(f"{row['system']}.{row['object']}", *(f"{figure:,}" for figure in figures))
    table.add_section()
    table.add_row("Total", *(f"{total:,}" for total in totals), style="bold")
    console.print(table)
    if absent:
        _line(console, f"Source tables for which nothing came: {absent}", style="dim")


def show_stale_sources(console: Console, sources: Mapping[str, Mapping[str, Any]]) -> None:
    """Which source tables are not up to date in a release, and why."""
    for system, source in sources.items():
        # releases of older versions do not say
        for table in source.get("stale", ()):
            text = f"stale: {system}.{table['object']}: {table['source_file']}: {table['reason']}"
            _line(console, text, style="yellow")


def show_notices(console: Console, notices: Sequence[str]) -> None:
    """What the loader found odd and went on with."""
    _show_some(console, "note", notices)


def show_status(
    console: Console,
    releases: Sequence[Release],
    current: Release | None,
    runs: Sequence[RunState],
    holder: str | None,
) -> None:
    """Releases, the last run, and the newest extract of each source of the current release."""
    if releases:
        table = _table("Release", "As of", "Published", "Rows", "", first="left")
        for release in releases:
            mark = "current" if current and release.id == current.id else ""
            table.add_row(
                release.id,
                _minute(release.manifest["as_of"]),
                _minute(release.manifest["published_at"]),
                f"{sum(release.row_counts.values()):,}",
                mark,
                style="bold" if mark else None,
            )
        console.print(table)
    else:
        _line(console, "No release yet: run `lead-ledger refresh`.")
    if runs:
        last = runs[0]
        _line(
            console,
            f"Last run   {last.state}, started {_minute(last.started_at)}, id {last.run_id}",
        )
        if last.message:
            _line(console, f"           {last.message}")
    if holder:
        _line(console, f"Now        {holder}")
    if current and current.manifest["sources"]:
        table = _table("Source", "Newest extract", "Files", "Loaded", "Quarantined", first="left")
        for system, source in current.manifest["sources"].items():
            table.add_row(
                system,
                _minute(source["newest_extracted_at"]),
                f"{source['file_count']:,}",
                f"{source['loaded_count']:,}",
                f"{source['rejected_count']:,}",
            )
        console.print(table)
        show_stale_sources(console, current.manifest["sources"])


def find_example(database: Path) -> dict[str, Any] | None:
    """The won opportunity with the most touches: credited amount by model and channel.

    Returns None where a release has no attribution or nothing was won. Amounts are in the
    reporting currency, null where there is no rate.
    """
    with duckdb.connect(str(database), read_only=True) as connection:
        has_credits = connection.execute(
            "select count(*) from information_schema.tables"
            " where table_schema = 'marts' and table_name = 'fct_attribution_credits'"
        ).fetchall()[0][0]
        if not has_credits:
            return None
        found = connection.execute(
            "select conversion_id, any_value(opportunity_id), count(distinct touch_id)"
            " from marts.fct_attribution_credits where conversion_type = 'revenue'"
            " group by conversion_id"
            " order by sum(credited_amount) is null, 3 desc, conversion_id limit 1"
        ).fetchall()
        if not found:
            return None
        conversion_id, opportunity_id, touches = found[0]
        rows = connection.execute(
            "select attribution_model, channel, sum(credited_amount)"
            " from marts.fct_attribution_credits where conversion_id = ?"
            " group by all order by attribution_model, channel",
            [conversion_id],
        ).fetchall()
        # the id that the customer's own system shows
        names = connection.execute(
            "select source_system || ' ' || source_record_id from marts.fct_opportunities"
            " where opportunity_id = ?",
            [opportunity_id],
        ).fetchall()
    name = f"({names[0][0]})" if names else None
    amounts: dict[str, dict[str, Decimal | None]] = {}
    for model, channel, amount in rows:
        amounts.setdefault(model, {})[channel] = amount
    return {
        "opportunity_id": opportunity_id,
        "name": name,
        "touches": touches,
        "amounts": amounts,
    }


def _show_checks(console: Console, checks: Mapping[str, Any]) -> None:
    table = _table("Checks", "Passed", "Warned", "Failed", "Errored", first="left")
    for name, counts in checks["counts"].items():
        figures = (counts["passed"], counts["warned"], counts["failed"], counts["errored"])
        table.add_row(name, *(f"{figure:,}" for figure in figures))
    console.print(table)
    _show_some(console, "warning", checks["warnings"])


def _show_some(console: Console, kind: str, lines: Sequence[str]) -> None:
    for line in lines[:SHOWN_LINES]:
        _line(console, f"{kind}: {line}", style="yellow")
    if len(lines) > SHOWN_LINES:
        _line(console, f"and {len(lines) - SHOWN_LINES} more {kind}s, in the manifest")


def _show_example(console: Console, example: Mapping[str, Any]) -> None:
    touches = f"{example['touches']} touch{'' if example['touches'] == 1 else 'es'}"
    name = " ".join(part for part in (example["opportunity_id"], example["name"]) if part)
    _line(console, f"Won opportunity {name}, {touches}, under every model:")
    amounts: Mapping[str, Mapping[str, Decimal | None]] = example["amounts"]
    credit: dict[str, Decimal] = {}
    for by_channel in amounts.values():
        for channel, amount in by_channel.items():
            credit[channel] = credit.get(channel, Decimal(0)) + (amount or 0)
    channels = sorted(credit, key=lambda channel: (-credit[channel], channel))
    # as many as the line holds, the others together: the total is what must be seen
    room = max(1, (console.width - MODEL_WIDTH) // MONEY_WIDTH - 1)
    shown = channels if len(channels) <= room else channels[: room - 1]
    others = channels[len(shown) :]
    headers = [*shown, *([f"{len(others)} others"] if others else [])]
    table = _table("Model", *headers, "Total", first="left")
    for model, by_channel in amounts.items():
        cells = [_money([by_channel.get(channel)]) for channel in shown]
        if others:
            cells.append(_money([by_channel.get(channel) for channel in others]))
        table.add_row(model, *cells, _money(list(by_channel.values())))
    console.print(table)


def _money(amounts: Sequence[Decimal | None]) -> str:
    """The sum of what is known; nothing known is not nothing."""
    known = [amount for amount in amounts if amount is not None]
    return f"{sum(known):,.2f}" if known else "-"


def _minute(moment: str | None) -> str:
    """ISO text as people read it; all times are UTC."""
    return moment[:16].replace("T", " ") if moment else ""


def _table(*headers: str, first: str) -> Table:
    table = Table(header_style="bold")
    for position, header in enumerate(headers):
        table.add_column(header, justify=first if position == 0 else "right", overflow="fold")
    return table


def _line(console: Console, text: str, style: str | None = None) -> None:
    """One line as it is: paths are not broken and brackets are not markup."""
    console.print(text, style=style, markup=False, highlight=False, soft_wrap=True)
