"""The steps of a refresh as plain functions: each does its part, records it, and tells progress."""

import dataclasses
from collections.abc import Iterable, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from orchestration.dbt_runner import DbtResult, expected_nodes, read_result
from orchestration.fingerprint import fingerprint
from orchestration.loading.contracts import SourceContract
from orchestration.loading.load_report import LoadReport, TableLoad
from orchestration.loading.loader import LoadError, load
from orchestration.progress import Reporter, StepProgress
from orchestration.publishing import history
from orchestration.publishing.audit import AuditError, RunRecord, summarise
from orchestration.publishing.publication import publish_run
from orchestration.publishing.releases import Release, ReleaseError, current_release
from orchestration.settings import Settings

# What dbt says once per node when it is through with it.
DBT_RESULT_EVENTS = frozenset(
    {"LogModelResult", "LogSeedResult", "LogSnapshotResult", "LogTestResult", "SkippingDetails"}
)
EXPECTED_ERRORS = (AuditError, LoadError, ReleaseError)


@contextmanager
def recorded(record: RunRecord):
    """Write down why a step ended, whatever the reason, and pass the reason on."""
    try:
        yield
    except EXPECTED_ERRORS as error:
        record.fail(str(error))
        raise
    except Exception as error:
        record.fail(f"{type(error).__name__}: {error}")
        raise


def load_extracts(
    settings: Settings,
    contracts: Mapping[tuple[str, str], SourceContract],
    record: RunRecord,
    reporter: Reporter,
    *,
    as_of: str | None,
    full_refresh: bool,
) -> LoadReport:
    """Open the record of the run and load what lies in the landing folder.

    Raises LoadError; an empty landing folder is one, it would publish an empty company.
    """
    # Before the load: what arrives while it runs is new to the next refresh.
    record.start(fingerprint(settings, as_of), as_of, full_refresh)
    loaded: list[TableLoad] = []

    def tell(table: TableLoad) -> None:
        loaded.append(table)
        reporter(StepProgress("load", len(loaded), len(contracts), table.table))

    reporter(StepProgress("load", 0, len(contracts)))
    with recorded(record):
        report = load(
            settings,
            contracts,
            batch_id=record.run_id,
            loaded_at=datetime.now(UTC),
            full_refresh=full_refresh,
            on_progress=tell,
        )
        if not any(table.file_count for table in report.tables):
            raise LoadError(f"there are no extracts in {settings.landing}")
    record.record_load(report)
    rows = sum(table.loaded_count for table in report.tables)
    files = sum(table.file_count for table in report.tables)
    reporter(
        StepProgress(
            "load", len(contracts), len(contracts), f"{rows:,} rows of {files} files", True
        )
    )
    return report


def close_gate(
    gate: str, checks: Iterable[Any], record: RunRecord, reporter: Reporter
) -> list[str]:
    """Record the results of a gate and return the messages that block."""
    checks = list(checks)
    record.record_gate(gate, checks)
    problems = record.gate_problems(gate)
    if problems:
        record.fail(summarise(problems))
    passed = sum(check.status == "passed" for check in checks)
    detail = f"{passed} of {len(checks)} checks passed"
    reporter(StepProgress(f"{gate} gate", len(checks), len(checks), detail, True))
    return problems


def open_history(settings: Settings) -> None:
    """Give dbt's snapshot a copy of what all releases said so far."""
    current = current_release(settings)
    history.open_history(settings, current.database if current else None)


class DbtProgress:
    """Counts dbt's result events and tells them on."""

    def __init__(self, manifest: Mapping[str, Any], reporter: Reporter) -> None:
        """Take dbt's manifest, which says how many nodes there will be."""
        self._total = len(expected_nodes(manifest))
        self._reporter = reporter
        self._done = 0
        reporter(StepProgress("dbt", 0, self._total))

    def take(self, raw_event: Mapping[str, Any]) -> None:
        """Look at one event of dbt's JSON log."""
        if raw_event["info"]["name"] in DBT_RESULT_EVENTS:
            self._done += 1
            node = raw_event["data"].get("node_info", {})
            detail = f"{node.get('resource_type', '')} {node.get('node_name', '')}".strip()
            self._reporter(StepProgress("dbt", min(self._done, self._total), self._total, detail))

    def close(self, result: DbtResult) -> None:
        """Tell how it ended."""
        models = sum(node.kind == "model" and node.is_good for node in result.nodes)
        tests = result.test_counts()
        ran = sum(tests.values())
        detail = f"{models} models, {tests['passed']} of {ran} tests passed"
        self._reporter(StepProgress("dbt", self._total, self._total, detail, True))


def close_dbt(
    settings: Settings,
    manifest: Mapping[str, Any],
    record: RunRecord,
    exit_code: int,
    error: str | None,
) -> DbtResult:
    """Read and record what dbt has just built; what is wrong with it goes into the record."""
    result = read_result(manifest, settings, exit_code, error)
    record.record_dbt(result)
    if result.problems:
        record.fail(summarise(result.problems))
    return result


def publish_release(settings: Settings, record: RunRecord, reporter: Reporter) -> Release:
    """Verify the audit of this run and publish; raises AuditError or ReleaseError."""
    reporter(StepProgress("publish"))
    with recorded(record):
        release = publish_run(settings, record)
    detail = f"release {release.id}, {len(release.row_counts)} tables"
    reporter(StepProgress("publish", 1, 1, detail, True))
    return release


def table_metadata(table: TableLoad) -> dict[str, int | str]:
    """The figures of one raw table as an asset shows them."""
    figures = dataclasses.asdict(table)
    return {
        name: ", ".join(value) if isinstance(value, list | tuple) else value
        for name, value in figures.items()
        if name not in ("system", "object", "table")
    }
