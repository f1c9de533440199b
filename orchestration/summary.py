"""What a person is shown at the end of a refresh, and when asking how things stand."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
from rich.console import Console
from rich.table import Table

from orchestration.audit import RunState
from orchestration.releases import Release
from orchestration.settings import Settings

SHOWN_WARNINGS = 5


def show_release(console: Console, settings: Settings, release: Release) -> None:
    """The whole summary of a release: rows, checks, one opportunity, and where it is."""
    manifest = release.manifest
    show_tables(console, manifest["tables"])
    _show_checks(console, manifest["checks"])
    example = find_example(release.database)
    if example is not None:
        _show_example(console, example)
    rows = sum(release.row_counts.values())
    _line(console, f"Published release {release.id}", style="bold green")
    _line(console, f"  as of       {manifest['as_of'] or 'not known'}")
    _line(console, f"  tables      {len(release.row_counts)} with {rows:,} rows")
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
                release.manifest["as_of"] or "",
                release.manifest["published_at"],
                f"{sum(release.row_counts.values()):,}",
                mark,
                style="bold" if mark else None,
            )
        console.print(table)
    else:
        _line(console, "No release yet: run `lead-ledger refresh`.")
    if runs:
        last = runs[0]
        _line(console, f"Last run   {last.state}, started {last.started_at}, id {last.run_id}")
        if last.message:
            _line(console, f"           {last.message}")
    if holder:
        _line(console, f"Now        {holder}")
    if current and current.manifest["sources"]:
        table = _table("Source", "Newest extract", "Files", "Loaded", "Quarantined", first="left")
        for system, source in current.manifest["sources"].items():
            table.add_row(
                system,
                source["newest_extracted_at"] or "",
                f"{source['file_count']:,}",
                f"{source['loaded_count']:,}",
                f"{source['rejected_count']:,}",
            )
        console.print(table)


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
    amounts: dict[str, dict[str, Decimal | None]] = {}
    for model, channel, amount in rows:
        amounts.setdefault(model, {})[channel] = amount
    return {"opportunity_id": opportunity_id, "touches": touches, "amounts": amounts}


def _show_checks(console: Console, checks: Mapping[str, Any]) -> None:
    table = _table("Checks", "Passed", "Warned", "Failed", "Errored", first="left")
    for name, counts in checks["counts"].items():
        figures = (counts["passed"], counts["warned"], counts["failed"], counts["errored"])
        table.add_row(name, *(f"{figure:,}" for figure in figures))
    console.print(table)
    warnings = checks["warnings"]
    for warning in warnings[:SHOWN_WARNINGS]:
        _line(console, f"warning: {warning}", style="yellow")
    if len(warnings) > SHOWN_WARNINGS:
        _line(console, f"and {len(warnings) - SHOWN_WARNINGS} more warnings, in the manifest")


def _show_example(console: Console, example: Mapping[str, Any]) -> None:
    touches = f"{example['touches']} touch{'' if example['touches'] == 1 else 'es'}"
    amounts = example["amounts"]
    channels = sorted({channel for by_channel in amounts.values() for channel in by_channel})
    table = _table("Model", *channels, "Total", first="left")
    for model, by_channel in amounts.items():
        known = [amount for amount in by_channel.values() if amount is not None]
        cells = [_money(by_channel.get(channel)) for channel in channels]
        table.add_row(model, *cells, _money(sum(known) if known else None))
    _line(console, f"Won opportunity {example['opportunity_id']}, {touches}, under every model:")
    console.print(table)


def _money(amount: Decimal | None) -> str:
    return "-" if amount is None else f"{amount:,.2f}"


def _table(*headers: str, first: str) -> Table:
    table = Table(header_style="bold")
    for position, header in enumerate(headers):
        table.add_column(header, justify=first if position == 0 else "right")
    return table


def _line(console: Console, text: str, style: str | None = None) -> None:
    """One line as it is: paths are not broken and brackets are not markup."""
    console.print(text, style=style, markup=False, highlight=False, soft_wrap=True)
