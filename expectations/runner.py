"""The one runner of the gates: it reads, compares and reports; what is claimed is in the suites."""

import logging
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from expectations.checks import Check, Severity, TableSuite

__all__ = ["Check", "CheckResult", "GateResult", "TableSuite", "run_gate"]

Status = Literal["passed", "failed", "errored"]

GX_SEVERITY: Mapping[str, str] = {"block": "critical", "warn": "warning"}
# Counts only: no value of a row is read, and none can leak.
COUNTS_ONLY = {
    "result_format": "BASIC",
    "partial_unexpected_count": 0,
    "exclude_unexpected_values": True,
}
SHOWN_ROWS = 3
# Errors of this kind quote the value that could not be read.
QUOTING_ERRORS = ("Conversion Error", "Invalid Input Error", "Out of Range Error")


@dataclass(frozen=True)
class CheckResult:
    """The outcome of one check; `asdict` of it is JSON.

    `observed` is the row count, or the number of offending rows, groups or missing columns; null
    when the check errored. `expected` is the claim in words and figures.
    """

    gate: str
    schema: str
    table: str
    check: str
    column: str | None
    severity: Severity
    status: Status
    observed: int | float | str | None
    expected: str
    message: str


@dataclass(frozen=True)
class GateResult:
    """The outcomes of all checks of a gate, in the order of the suites."""

    checks: tuple[CheckResult, ...]

    @property
    def passed(self) -> int:
        """Number of checks that hold."""
        return self._count("passed")

    @property
    def failed(self) -> int:
        """Number of checks that do not hold."""
        return self._count("failed")

    @property
    def errored(self) -> int:
        """Number of checks that could not be evaluated."""
        return self._count("errored")

    @property
    def blocking_failures(self) -> tuple[CheckResult, ...]:
        """Failed and errored checks of severity block: what is not known to be right stays in."""
        return tuple(c for c in self.checks if c.severity == "block" and c.status != "passed")

    @property
    def warnings(self) -> tuple[CheckResult, ...]:
        """Failed and errored checks of severity warn."""
        return tuple(c for c in self.checks if c.severity == "warn" and c.status != "passed")

    def _count(self, status: Status) -> int:
        return sum(check.status == status for check in self.checks)


@dataclass(frozen=True)
class _Outcome:
    status: Status
    observed: int | float | str | None
    finding: str


def run_gate(database: Path, suites: Sequence[TableSuite], *, gate: str) -> GateResult:
    """Evaluate all suites on a DuckDB file, read-only, and keep no lock on it.

    A table that is missing, like any check that cannot be evaluated, is errored and not failed.
    Raises FileNotFoundError when there is no such file.
    """
    if not database.is_file():
        raise FileNotFoundError(f"gate {gate}: there is no database {database}")

    # seconds of CPU: only who runs a gate pays for it
    import great_expectations as gx

    results: list[CheckResult] = []
    with _open(gx, database) as (datasource, catalog):
        for suite in suites:
            outcomes = _evaluate(gx, datasource, catalog, suite)
            results.extend(
                _check_result(gate, suite, check, outcome)
                for check, outcome in zip(suite.expectations, outcomes, strict=True)
            )
    return GateResult(checks=tuple(results))


@contextmanager
def _open(gx: Any, database: Path) -> Iterator[tuple[Any, str]]:
    """A datasource in a context without files, network or progress bars; the file's catalog."""
    import sqlalchemy
    from great_expectations.data_context.types.base import ProgressBarsConfig

    from expectations import duckdb_dialect

    duckdb_dialect.register()
    url = duckdb_dialect.connection_url(database)
    context = gx.get_context(mode="ephemeral")
    context.enable_analytics(False)
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    # while one connection is open, DuckDB gives each further one the same instance of the file
    with _quiet(), sqlalchemy.create_engine(url).connect() as connection:
        catalog = connection.scalar(sqlalchemy.text("select current_database()"))
        yield context.data_sources.add_sql("gate", connection_string=url), catalog


@contextmanager
def _quiet() -> Iterator[None]:
    """GX logs the text of database errors, values included, and warns of its own argument."""
    logger = logging.getLogger("great_expectations")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", ".*schema_name.*deprecated", DeprecationWarning)
            yield
    finally:
        logger.setLevel(level)


def _evaluate(gx: Any, datasource: Any, catalog: str, suite: TableSuite) -> list[_Outcome]:
    """The outcome of each check, in the order of the suite, from one batch and one graph."""
    try:
        asset = datasource.add_table_asset(
            f"{suite.schema}.{suite.table}",
            table_name=suite.table,
            # with its catalog: in marts.duckdb the name of schema marts alone is ambiguous
            schema_name=f'"{catalog}"."{suite.schema}"',
        )
        batch = asset.add_batch_definition_whole_table("whole_table").get_batch()
    except Exception as error:  # whatever GX raises, the table cannot be read
        # GX guesses that the schema is missing; the database knows
        reason = _reason(error.__cause__ or error)
        errored = _Outcome("errored", None, f"the table cannot be read: {reason}")
        return [errored] * len(suite.expectations)

    expectations = [_expectation(gx, i, check) for i, check in enumerate(suite.expectations)]
    validation = batch.validate(
        gx.ExpectationSuite(name=f"{suite.schema}.{suite.table}", expectations=expectations),
        result_format=dict(COUNTS_ONLY),
    )
    # GX gives errored results first, and its own order after them
    results = {result.expectation_config.meta["position"]: result for result in validation.results}
    return [
        _outcome(batch, suite, expectation, results[i])
        for i, expectation in enumerate(expectations)
    ]


def _expectation(gx: Any, position: int, check: Check) -> Any:
    expectation = check.expectation(gx.expectations)
    expectation.severity = GX_SEVERITY[check.severity]
    expectation.meta = {"position": position, "check": check.name}
    return expectation


def _outcome(batch: Any, suite: TableSuite, expectation: Any, result: Any) -> _Outcome:
    error = _exception(result)
    if error is not None:
        return _Outcome("errored", None, f"cannot be evaluated: {_reason(error)}")
    status: Status = "passed" if result.success else "failed"
    figures = result.result
    if "unexpected_count" in figures:
        count, total = figures["unexpected_count"] or 0, figures["element_count"]
        return _Outcome(status, count, f"{count} of {total} rows break it")
    missing = figures.get("details", {}).get("mismatched", {}).get("missing", [])
    if missing or isinstance(figures["observed_value"], list):
        return _Outcome(status, len(missing), f"{len(missing)} missing ({', '.join(missing)})")
    observed = figures["observed_value"]
    rows = _first_rows(batch, suite, expectation) if status == "failed" else ""
    return _Outcome(status, observed, f"observed {observed}{rows}")


def _first_rows(batch: Any, suite: TableSuite, expectation: Any) -> str:
    """The first rows of a query that should have found none: its keys and figures."""
    if not hasattr(expectation, "unexpected_rows_query"):
        return ""
    details = batch.validate(expectation, result_format="COMPLETE").result["details"]
    rows = [
        " ".join(f"{name}={value}" for name, value in row.items() if name not in suite.pii_columns)
        for row in details["unexpected_rows"][:SHOWN_ROWS]
    ]
    return f" (first: {'; '.join(rows)})"


def _check_result(gate: str, suite: TableSuite, check: Check, outcome: _Outcome) -> CheckResult:
    table = check.about or suite.table
    place = f"{suite.schema}.{table}" + (f".{check.column}" if check.column else "")
    note = f" ({check.note})" if check.note else ""
    return CheckResult(
        gate=gate,
        schema=suite.schema,
        table=table,
        check=check.name,
        column=check.column,
        severity=check.severity,
        status=outcome.status,
        observed=outcome.observed,
        expected=check.expected,
        message=f"{check.name} {outcome.status} on {place}: {outcome.finding}; "
        f"expected {check.expected}{note}",
    )


def _exception(result: Any) -> str | None:
    """The message of the exception behind a result, which GX keeps flat or by metric."""
    info = result.exception_info or {}
    infos = [info] if "raised_exception" in info else info.values()
    return next((str(i["exception_message"]) for i in infos if i["raised_exception"]), None)


def _reason(error: BaseException | str) -> str:
    """The first line of an error, without values of rows."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    reason = lines[0] if lines else type(error).__name__
    if any(kind in str(error) for kind in QUOTING_ERRORS):
        reason = re.sub(r"'[^']*'|\"[^\"]*\"", "'…'", reason)
    return reason
