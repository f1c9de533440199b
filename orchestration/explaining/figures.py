"""The rows behind the figures of a report.

A report says in its YAML (`config.meta.explained_by`) which rows it adds up, which figures are
calculated from its others and behind which there is nothing; a release carries what its reports
said when it was built (`reports` in its manifest): see docs/operations.md.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from orchestration.explaining.release_reader import (
    SOURCE_COLUMNS,
    NotInReleaseError,
    ReleaseReader,
    Row,
)

# A month may be written as people write it.
MONTH_LENGTH = len("2026-03")


def explain_figures(reader: ReleaseReader, report: str, filters: Sequence[str]) -> dict[str, Any]:
    """The rows of a report that match the filters, and the rows of the marts that they add up.

    A filter is 'column=value'; no value asks for null, and a date may be a month. `behind` has one
    item per declaration of rows: table, figures over all its rows, names of the figures that take
    more than a sum of them, and the rows with file and line. `calculated` has the formulas of
    figures by their names, `no_rows` the reasons why nothing is behind a figure.
    Raises NotInReleaseError for an unknown report, column or filter.
    """
    report = report.removeprefix("reports.")
    columns = _columns(reader, report)
    condition, values = _condition(report, columns, filters)
    chosen = f"select * from reports.{report} as report where {condition}"
    rows = reader.rows(f"{chosen} order by all", values)
    has_place = all(name in columns for name in SOURCE_COLUMNS)
    declared = reader.release.manifest.get("reports", {}).get(report, [])
    return {
        "release": reader.release.id,
        "as_of": reader.release.manifest["as_of"],
        "report": report,
        "filters": list(filters),
        "rows": rows if "source_line" in columns or not has_place else reader.with_sources(rows),
        "behind": [
            _behind(reader, declaration, chosen, values)
            for declaration in declared
            if "table" in declaration and _applies(reader, declaration, chosen, values)
        ],
        "calculated": _said(declared, "calculated"),
        "no_rows": _said(declared, "no_rows"),
    }


def _said(declared: Sequence[Mapping[str, Any]], kind: str) -> dict[str, str]:
    """What the declarations of a kind say, by figure."""
    return {
        name: said for declaration in declared for name, said in declaration.get(kind, {}).items()
    }


def _columns(reader: ReleaseReader, report: str) -> dict[str, str]:
    """Types of the columns of a report, by name."""
    found = reader.rows(
        "select table_name, column_name, data_type from information_schema.columns"
        " where table_catalog = 'release' and table_schema = 'reports'"
        " order by table_name, ordinal_position"
    )
    reports = list(dict.fromkeys(row["table_name"] for row in found))
    if report not in reports:
        raise NotInReleaseError(f"there is no report {report!r}; there are: {', '.join(reports)}")
    return {row["column_name"]: row["data_type"] for row in found if row["table_name"] == report}


def _condition(
    report: str, columns: Mapping[str, str], filters: Sequence[str]
) -> tuple[str, list[str]]:
    conditions, values = ["true"], []
    for text in filters:
        name, separator, value = text.partition("=")
        if not separator or name not in columns:
            raise NotInReleaseError(
                f"{text!r} is no filter of {report}: column=value, where column is one of"
                f" {', '.join(columns)}"
            )
        if not value:
            conditions.append(f'report."{name}" is null')
            continue
        cell = f'cast(report."{name}" as varchar)'
        if columns[name] == "DATE" and len(value) == MONTH_LENGTH:
            cell = f"left({cell}, {MONTH_LENGTH})"
        conditions.append(f"{cell} = ?")
        values.append(value)
    return " and ".join(conditions), values


def _applies(
    reader: ReleaseReader, declaration: Mapping[str, Any], chosen: str, values: list[str]
) -> bool:
    """Whether a declaration speaks of any of the rows: some speak of one kind alone (`when`)."""
    if not declaration.get("when"):
        return True
    query = f"select count(*) as row_count from ({chosen}) as report where {declaration['when']}"
    return reader.rows(query, values)[0]["row_count"] > 0


def _behind(
    reader: ReleaseReader, declaration: Mapping[str, Any], chosen: str, values: list[str]
) -> dict[str, Any]:
    table = declaration["table"]
    matches = [
        f'report."{column}" is not distinct from ({expression})'
        for column, expression in declaration["keys"].items()
    ]
    matches += [f"({declaration[name]})" for name in ("when", "condition") if declaration.get(name)]
    counted = (
        f"from {table} as base where exists ("
        f"select 1 from ({chosen}) as report where {' and '.join(matches)})"
    )
    figures = [
        f'{expression} as "{name}"' for name, expression in declaration.get("figures", {}).items()
    ]
    totals = ", ".join(["count(*) as row_count", *figures])
    [found] = reader.rows(f"select {totals} {counted}", values)
    return {
        # a query has a title for people
        "table": declaration.get("title", table),
        "row_count": found.pop("row_count"),
        "figures": found,
        "also_for": list(declaration.get("also_for", ())),
        "shown": list(declaration.get("shown", ())),
        "rows": _rows(reader, declaration, counted, values),
    }


def _rows(
    reader: ReleaseReader, declaration: Mapping[str, Any], counted: str, values: list[str]
) -> list[Row]:
    """The rows, with the source record of another table where they name none themselves."""
    source = declaration.get("source")
    if not source:
        rows = reader.rows(f"select base.* {counted} order by all", values)
        has_source = bool(rows) and all(name in rows[0] for name in SOURCE_COLUMNS)
        return reader.with_sources(rows) if has_source else rows
    names = ", ".join(f"source.{name}" for name in SOURCE_COLUMNS)
    rows = reader.rows(
        f"select base.*, {names} from (select base.* {counted}) as base"
        f" left join {source['table']} as source using ({source['key']}) order by all",
        values,
    )
    return reader.with_sources(rows)
