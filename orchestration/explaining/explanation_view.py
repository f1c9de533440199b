"""Explanations as people read them; what comes from extracts is shown as text and nothing else."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

SHOWN_ROWS = 50
TIME_WIDTH, KIND_WIDTH = 19, 11
NUMBER_WIDTH, MONEY_WIDTH = 8, 19
# Facts that a person need not read: the entry's title or its source record says them.
SILENT_FACTS = frozenset(
    {
        "activity_id",
        "activity_type",
        "account_id",
        "campaign_method",
        "conversion_id",
        "currency_code",
        "current_stage",
        "cycle_number",
        "direction",
        "event_number",
        "from_stage",
        "handoff_id",
        "is_response",
        "qualification_id",
        "reporting_currency_code",
        "source_file",
        "source_line",
        "time_precision",
        "to_stage",
        "touch_id",
        "touch_type",
    }
)


def show_lead(console: Console, story: Mapping[str, Any]) -> None:
    """A lead, its records, and all that happened in order of time."""
    lead = story["lead"]
    _line(console, f"Lead {lead['lead_id']} in release {story['release']}, as of {story['as_of']}")
    _show_facts(
        console,
        lead,
        ("record_class", "full_name", "company_name", "account_id", "owner_name", "created_at"),
    )
    records = _table("Record of the person", "Id", "File and line")
    for record in story["records"]:
        deleted = " (deleted)" if record["is_source_deleted"] else ""
        _add(records, _source(record) + deleted, record["alias_id"], _place(record))
    console.print(records)
    for entry in story["entries"]:
        when = _cell(entry["at"]).ljust(TIME_WIDTH)
        facts = "; ".join(part for part in (entry["title"], _facts(entry["facts"])) if part)
        _line(console, f"{when}  {entry['kind'].ljust(KIND_WIDTH)}  {facts}")
        if entry["source_record_id"] is not None:
            source = ", ".join(part for part in (_source(entry), _place(entry)) if part)
            _line(console, " " * (TIME_WIDTH + KIND_WIDTH + 4) + source, style="dim")


def show_opportunity(console: Console, story: Mapping[str, Any]) -> None:
    """An opportunity, its changes of state, its people, and its credits under every model."""
    opportunity = story["opportunity"]
    _line(
        console,
        f"Opportunity {opportunity['opportunity_id']} in release {story['release']},"
        f" as of {story['as_of']}",
    )
    _show_facts(
        console,
        opportunity,
        (
            "opportunity_name",
            "opportunity_type",
            "stage",
            "is_won",
            "opportunity_amount",
            "reporting_currency_code",
            "opportunity_amount_original",
            "currency_code",
            "created_at",
            "closed_at",
            "account_id",
            "owner_name",
        ),
    )
    _line(console, f"source record: {_source(opportunity)}, {_place(opportunity)}")
    events = _table("When (UTC)", "State", "Source record", "File and line")
    for event in story["events"]:
        state = " -> ".join(stage for stage in (event["from_stage"], event["to_stage"]) if stage)
        inferred = " (inferred)" if event["is_inferred"] else ""
        _add(events, _cell(event["occurred_at"]), state + inferred, _source(event), _place(event))
    console.print(events)
    people = _table("Lead of the buying group", "Name", "Oldest record", "File and line")
    for person in story["people"]:
        _add(people, person["lead_id"], _cell(person["full_name"]), _source(person), _place(person))
    console.print(people)
    for conversion in story["conversions"]:
        _show_credits(console, conversion)


def show_figures(console: Console, explanation: Mapping[str, Any]) -> None:
    """The rows of a report and the rows of the marts behind them."""
    rows = explanation["rows"]
    _line(
        console,
        f"{len(rows):,} row{'' if len(rows) == 1 else 's'} of {explanation['report']} in release"
        f" {explanation['release']}, as of {explanation['as_of']}",
    )
    _show_report_rows(console, rows)
    for behind in explanation["behind"]:
        figures = [f"{name} {_cell(value)}" for name, value in behind["figures"].items()]
        if behind["also_for"]:
            figures.append(f"also behind {', '.join(behind['also_for'])}")
        _line(console, f"{behind['row_count']:,} rows of {behind['table']}: {', '.join(figures)}")
        _show_rows(console, behind["rows"], behind["shown"])
    for name, formula in explanation["calculated"].items():
        _line(console, f"{name} is calculated: {formula}")
    for name, reason in explanation["no_rows"].items():
        _line(console, f"No rows are behind {name}: {reason}.")
    if not any(explanation[part] for part in ("behind", "calculated", "no_rows")):
        _line(console, "The report adds nothing up: each of its rows is what it shows.")


def _show_credits(console: Console, conversion: Mapping[str, Any]) -> None:
    """The touches of a conversion, then their credit: as many models at a time as a line holds."""
    _line(
        console,
        f"Journey to the {conversion['conversion_type']} conversion of"
        f" {_cell(conversion['converted_at'])}; credit in {conversion['currency_code']}:",
    )
    journey = _table("#", "When (UTC)", "Touch", "Lead", "Source record", "File and line")
    for number, touch in enumerate(conversion["touches"], start=1):
        _add(
            journey,
            str(number),
            _cell(touch["touched_at"]),
            " ".join(part for part in (touch["channel"], touch["touch_type"]) if part),
            _cell(touch["lead_id"]),
            _source(touch),
            _place(touch),
        )
    console.print(journey)
    models = sorted(conversion["totals"])
    room = max(1, (console.width - NUMBER_WIDTH) // MONEY_WIDTH)
    for start in range(0, len(models), room):
        shown = models[start : start + room]
        table = _table("#", *shown)
        for number, touch in enumerate(conversion["touches"], start=1):
            credits = (_credit(touch["credits"].get(model)) for model in shown)
            _add(table, str(number), *credits)
        table.add_section()
        _add(table, "Total", *(_credit(conversion["totals"][model]) for model in shown))
        console.print(table)


def _credit(credit: Mapping[str, Any] | None) -> str:
    """The money; where it is not known, the share."""
    if credit is None:
        return "-"
    if credit["credited_amount"] is None:
        return f"{credit['weight']:.4f}"
    return f"{credit['credited_amount']:,.2f}"


def _show_report_rows(console: Console, rows: Sequence[Mapping[str, Any]]) -> None:
    """Rows of a report; where its columns do not fit side by side, they stand below each other."""
    cells = [{name: _cell(value) for name, value in row.items()} for row in rows[:SHOWN_ROWS]]
    names = list(rows[0]) if rows else []
    needed = (max(len(name), *(len(row[name]) for row in cells)) for name in names)
    if sum(width + 3 for width in needed) < console.width:
        _show_rows(console, rows, ())
        return
    room = max(1, (console.width - max(map(len, names)) - 4) // MONEY_WIDTH)
    for start in range(0, len(cells), room):
        shown = cells[start : start + room]
        table = _table("column", *(f"row {start + number}" for number in range(1, len(shown) + 1)))
        for name in names:
            _add(table, name, *(row[name] for row in shown))
        console.print(table)
    _say_rest(console, rows)


def _show_rows(console: Console, rows: Sequence[Mapping[str, Any]], shown: Sequence[str]) -> None:
    if not rows:
        return
    names = [name for name in shown or rows[0] if name in rows[0]]
    has_place = "source_file" in rows[0]
    if has_place:
        sources = ("source_system", "source_object", "source_record_id")
        names = [name for name in names if name not in (*sources, "source_file", "source_line")]
    headers = [*names, *(["source record", "file and line"] if has_place else [])]
    table = _table(*headers)
    for row in rows[:SHOWN_ROWS]:
        places = (_source(row), _place(row)) if has_place else ()
        _add(table, *(_cell(row[name]) for name in names), *places)
    console.print(table)
    _say_rest(console, rows)


def _say_rest(console: Console, rows: Sequence[Mapping[str, Any]]) -> None:
    if len(rows) > SHOWN_ROWS:
        _line(console, f"and {len(rows) - SHOWN_ROWS:,} more rows: --json has all of them")


def _show_facts(console: Console, row: Mapping[str, Any], names: Iterable[str]) -> None:
    for name in names:
        if row.get(name) is not None:
            _line(console, f"{name}: {_cell(row[name])}")


def _facts(facts: Mapping[str, Any]) -> str:
    parts = []
    for name, value in facts.items():
        if value is None or value is False or name in SILENT_FACTS:
            continue
        if name == "credits":
            parts += [f"{model} {_credit(credit)}" for model, credit in value.items()]
        elif value is True:
            parts.append(name.removeprefix("is_").removeprefix("has_").replace("_", " "))
        else:
            parts.append(f"{name} {_cell(value)}")
    return ", ".join(parts)


def _source(row: Mapping[str, Any]) -> str:
    names = ("source_system", "source_object", "source_record_id")
    return " ".join(str(row[name]) for name in names if row.get(name))


def _place(row: Mapping[str, Any]) -> str:
    return f"{row['source_file']}:{row['source_line']}" if row.get("source_file") else ""


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:,.2f}" if isinstance(value, Decimal) else str(value)


def _table(*headers: str) -> Table:
    table = Table(header_style="bold")
    for header in headers:
        table.add_column(header, overflow="fold")
    return table


def _add(table: Table, *cells: str) -> None:
    """A row of plain text: brackets are no markup, control characters do nothing."""
    table.add_row(*(Text(_printable(cell)) for cell in cells))


def _line(console: Console, text: str, style: str = "") -> None:
    console.print(Text(_printable(text), style=style), highlight=False, soft_wrap=True)


def _printable(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text)
