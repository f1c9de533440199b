"""The two gates as seen from a run: what the suites need to know, and where to look."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import duckdb

from expectations.mart_gate import mart_suites
from expectations.raw_gate import RawTable, raw_suites
from expectations.runner import GateResult, TableSuite, run_gate
from orchestration.dbt_runner import published_relations
from orchestration.loading.contracts import SourceContract
from orchestration.publishing.release_contents import PUBLISHED_SCHEMAS, drop_leftovers
from orchestration.publishing.releases import current_release
from orchestration.settings import Settings

# Any time will do where only the names of the checks are wanted.
SOME_TIME = datetime(2000, 1, 1)


def run_raw_gate(settings: Settings, contracts: Iterable[SourceContract]) -> GateResult:
    """Check what arrived against the contracts and the loader's book of files."""
    return run_gate(settings.warehouse, raw_suites(raw_tables(settings, contracts)), gate="raw")


def run_mart_gate(settings: Settings, manifest: Mapping[str, Any]) -> GateResult:
    """Check what leaves, its volumes against the current release; `manifest` is dbt's.

    What the project no longer builds goes first. A release of another landing folder is of
    another company: there is nothing to compare with.
    """
    if settings.marts.is_file():
        drop_leftovers(settings.marts, published_relations(manifest, PUBLISHED_SCHEMAS))
    current = current_release(settings)
    is_comparable = current and current.manifest["landing"] == str(settings.landing)
    suites = mart_suites(current.row_counts if is_comparable else None)
    return run_gate(settings.marts, suites, gate="mart")


def raw_tables(settings: Settings, contracts: Iterable[SourceContract]) -> list[RawTable]:
    """Describe each contracted table by its contract and the files that came for it."""
    with duckdb.connect(str(settings.warehouse), read_only=True) as connection:
        books: Mapping[tuple[str, str], tuple[int, datetime | None]] = {
            (system, source_object): (rows, extracted_at)
            for system, source_object, rows, extracted_at in connection.execute(
                # one contract serves all organisations of a system: salesforce, salesforce@emea
                "select split_part(source_system, '@', 1), source_object,"
                " coalesce(sum(loaded_count), 0)::bigint,"
                " max(extracted_at) from raw._files group by all"
            ).fetchall()
        }
    newest = max((at for _, at in books.values() if at), default=None)
    return [
        _raw_table(contract, *books.get((contract.system, contract.object), (0, None)), newest)
        for contract in contracts
    ]


def raw_check_names(contracts: Iterable[SourceContract]) -> dict[tuple[str, str], list[str]]:
    """All checks of gate 1 that a refresh may make, by schema and table; nothing is read."""
    return _check_names(
        raw_suites([_raw_table(contract, 0, SOME_TIME, SOME_TIME) for contract in contracts])
    )


def mart_check_names() -> dict[tuple[str, str], list[str]]:
    """All checks of gate 2, by schema and table; nothing is read."""
    return _check_names(mart_suites(None))


def _check_names(suites: Sequence[TableSuite]) -> dict[tuple[str, str], list[str]]:
    names: dict[tuple[str, str], list[str]] = {}
    for suite in suites:
        for check in suite.expectations:
            known = names.setdefault((suite.schema, check.about or suite.table), [])
            if check.name not in known:
                known.append(check.name)
    return names


def _raw_table(
    contract: SourceContract, rows: int, extracted_at: Any, newest: datetime | None
) -> RawTable:
    return RawTable(
        table=contract.table,
        key=contract.key,
        required=contract.required,
        pii_columns=frozenset(column.name for column in contract.columns if column.is_pii),
        expected_row_count=rows,
        extracted_at=extracted_at,
        newest_extracted_at=newest,
    )
