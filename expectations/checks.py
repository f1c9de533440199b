"""The vocabulary of the suites: a check, the checks of one table, and the kinds there are.

A check holds a function that makes its GX expectation, not the expectation: importing GX costs
seconds of CPU, and the names of all checks must be readable without it.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any, Literal

Severity = Literal["block", "warn"]


@dataclass(frozen=True)
class Check:
    """One claim about a table.

    `expectation` gets the module `great_expectations.expectations` and returns the expectation.
    `expected` says the claim in words and figures. `note` is added to the message, `about` names
    the table that the claim is about when it is read from another one.
    """

    name: str
    column: str | None
    severity: Severity
    expected: str
    expectation: Callable[[ModuleType], Any]
    note: str | None = None
    about: str | None = None

    def warns(self) -> "Check":
        """The same check, but its failure does not hold back the run."""
        return replace(self, severity="warn")


@dataclass(frozen=True)
class TableSuite:
    """The checks that are read from one table; `pii_columns` never appear in a message."""

    schema: str
    table: str
    expectations: tuple[Check, ...]
    pii_columns: frozenset[str] = frozenset()


def has_columns(columns: Collection[str]) -> Check:
    """All these columns are there; others may be, too."""
    return Check(
        name="has_columns",
        column=None,
        severity="block",
        expected=f"columns {', '.join(sorted(columns))}",
        expectation=lambda gxe: gxe.ExpectTableColumnsToMatchSet(
            column_set=sorted(columns), exact_match=False
        ),
    )


def not_null(column: str, *, mostly: float = 1.0) -> Check:
    """At least the share `mostly` (0-1) of the rows has a value."""
    return Check(
        name=f"{column}_not_null",
        column=column,
        severity="block",
        expected=f"{column} filled in {_share(mostly)} rows",
        expectation=lambda gxe: gxe.ExpectColumnValuesToNotBeNull(column=column, mostly=mostly),
    )


def not_empty_text(column: str, *, mostly: float = 1.0) -> Check:
    """At least the share `mostly` (0-1) of the texts that are not null has a character."""
    return Check(
        name=f"{column}_not_empty_text",
        column=column,
        severity="block",
        expected=f"{column} not an empty text in {_share(mostly)} values",
        expectation=lambda gxe: gxe.ExpectColumnValueLengthsToBeBetween(
            column=column, min_value=1, mostly=mostly
        ),
    )


def in_range(column: str, low: Any = None, high: Any = None, *, above_low: bool = False) -> Check:
    """Values lie between `low` and `high`, both ends in unless `above_low`; nulls pass."""
    left = "" if low is None else f"{low} {'<' if above_low else '<='} "
    right = "" if high is None else f" <= {high}"
    return Check(
        name=f"{column}_in_range",
        column=column,
        severity="block",
        expected=f"{left}{column}{right}",
        expectation=lambda gxe: gxe.ExpectColumnValuesToBeBetween(
            column=column, min_value=low, max_value=high, strict_min=above_low
        ),
    )


def in_set(column: str, values: Collection[str]) -> Check:
    """Values are among these; nulls pass."""
    return Check(
        name=f"{column}_in_set",
        column=column,
        severity="block",
        expected=f"{column} in ({', '.join(values)})",
        expectation=lambda gxe: gxe.ExpectColumnValuesToBeInSet(
            column=column, value_set=list(values)
        ),
    )


def has_length(column: str, length: int) -> Check:
    """Texts have exactly this many characters; nulls pass."""
    return Check(
        name=f"{column}_has_length",
        column=column,
        severity="block",
        expected=f"{column} of {length} characters",
        expectation=lambda gxe: gxe.ExpectColumnValueLengthsToEqual(column=column, value=length),
    )


def row_count_equals(rows: int) -> Check:
    """The table has exactly this many rows."""
    return Check(
        name="row_count_equals",
        column=None,
        severity="block",
        expected=f"{rows} rows",
        expectation=lambda gxe: gxe.ExpectTableRowCountToEqual(value=rows),
    )


def row_count_between(
    name: str, low: int = 0, high: int | None = None, *, note: str | None = None
) -> Check:
    """The table has between `low` and `high` rows, both ends in."""
    return Check(
        name=name,
        column=None,
        severity="block",
        expected=f"at least {low} rows" if high is None else f"{low} to {high} rows",
        expectation=lambda gxe: gxe.ExpectTableRowCountToBeBetween(min_value=low, max_value=high),
        note=note,
    )


def no_rows(
    name: str, query: str, *, expected: str, column: str | None = None, about: str | None = None
) -> Check:
    """The query finds nothing; the observed figure is the number of rows it finds.

    `{batch}` in the query is the table; a brace of its own is doubled. Its columns are shown in
    the message of a failure: keys and figures only, nothing personal.
    """
    return Check(
        name=name,
        column=column,
        severity="block",
        expected=expected,
        expectation=lambda gxe: gxe.UnexpectedRowsExpectation(unexpected_rows_query=query),
        about=about,
    )


def _share(mostly: float) -> str:
    return "all" if mostly == 1 else f"at least {mostly:.1%} of the"
