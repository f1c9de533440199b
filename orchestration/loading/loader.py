"""Load the extracts of the landing folder into the raw schema of the warehouse.

Raw is a function of the files that came: in which batch, in which order and how often does not
matter. Every new file is looked through before anything is written, so that a load that must stop
(`LoadError`) has changed nothing; then each file is one transaction. A broken record or an unusable
file goes to raw._quarantine, and the rest goes on. A file that lacks a required column is refused:
its table keeps what it had and is stale, the other tables go on.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import duckdb

from orchestration.loading.contracts import SourceContract
from orchestration.loading.disk_space import space_problem
from orchestration.loading.extract_files import ExtractFile, discover, hash_file
from orchestration.loading.file_load import (
    Batch,
    NewFile,
    inspect_file,
    load_file,
    reading_version,
    refuse_file,
    transaction,
)
from orchestration.loading.load_report import LoadReport, TableLoad, file_notices, total_table
from orchestration.loading.raw_files import (
    KnownFile,
    forget_useless,
    read_known_files,
    record_batch,
    record_signature,
)
from orchestration.loading.raw_schema import create_raw, drop_raw
from orchestration.settings import Settings

__all__ = ["LoadError", "LoadReport", "TableLoad", "load"]

Contracts = Mapping[tuple[str, str], SourceContract]


class LoadError(Exception):
    """The load must stop: nothing of what came can be used, or there is no room for it."""


def load(
    settings: Settings,
    contracts: Contracts,
    *,
    batch_id: str,
    loaded_at: datetime,
    full_refresh: bool = False,
    on_progress: Callable[[TableLoad], None] | None = None,
) -> LoadReport:
    """Bring raw up to date with the landing folder and report the totals of every contracted table.

    A file that was loaded before with the same bytes and contract is skipped, one with other bytes
    replaces its rows, one without a required column is refused and replaces nothing. Rows of a
    file that is no longer there stay, unless `full_refresh` drops everything and loads what is
    there now.

    Raises LoadError when there is no room for what came, or when files were refused and no other
    file is left to build on; the raw tables are then as they were.
    """
    found = discover(
        settings.landing,
        contracts.keys(),
        now=loaded_at,
        settle_seconds=settings.settle_seconds,
        markers={key: each.complete_when for key, each in contracts.items() if each.complete_when},
    )
    present = {file.relative for file in found.files} | found.unsettled
    batch = Batch(batch_id, loaded_at)
    notices, tables = list(found.notices), []
    settings.home.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(settings.warehouse)) as con:
        con.execute("set TimeZone = 'UTC'")
        # rows are numbered in file order, which one thread does; others would only spin beside it
        con.execute("set threads = 1")
        known = {} if full_refresh else read_known_files(con)
        changed = [file for file in found.files if not _has_same_stat(file, known)]
        problem = space_problem(changed, settings.home)
        if problem:
            raise LoadError(problem)
        agenda = _sort_out(con, found.files, contracts, known, settings.home)
        with transaction(con):
            if full_refresh:
                drop_raw(con)
            create_raw(con, contracts.values())
            if full_refresh:
                for contract in contracts.values():
                    record_batch(con, contract, batch_id=batch_id, is_rewrite=True)
            for path, signature in agenda.signatures.items():
                record_signature(con, path, signature)
            forget_useless(con, present)
        for key, contract in contracts.items():
            for new in agenda.new.get(key, ()):
                if new.missing_mandatory:
                    refuse_file(con, new, batch)
                    continue
                notice = load_file(con, new, batch, scratch=settings.home)
                notices += [notice] if notice else []
            table = total_table(con, contract, skipped_file_count=agenda.skipped.get(key, 0))
            tables.append(table)
            if on_progress is not None:
                on_progress(table)
        notices += file_notices(con, present)
    return LoadReport(batch_id, tuple(tables), tuple(notices))


@dataclass
class _Agenda:
    """By table: files to load, a count of files to skip; by path: new stats of known bytes."""

    new: dict[tuple[str, str], list[NewFile]] = field(default_factory=dict)
    skipped: dict[tuple[str, str], int] = field(default_factory=dict)
    signatures: dict[str, str] = field(default_factory=dict)


def _sort_out(
    con: duckdb.DuckDBPyConnection,
    files: tuple[ExtractFile, ...],
    contracts: Contracts,
    known: Mapping[str, KnownFile],
    scratch: Path,
) -> _Agenda:
    agenda = _Agenda()
    refused: list[str] = []
    is_anything_usable = any(before.state == "loaded" for before in known.values())
    for file in files:
        key = file.contract_key
        contract = contracts[key]
        before = known.get(file.relative)
        is_same_stat = _has_same_stat(file, known)
        sha256 = before.sha256 if is_same_stat else hash_file(file.path)
        version = reading_version(contract)
        if before is not None and (before.sha256, before.contract_sha256) == (sha256, version):
            agenda.skipped[key] = agenda.skipped.get(key, 0) + 1
            if not is_same_stat:
                agenda.signatures[file.relative] = file.stat_signature
            continue
        new = inspect_file(con, file, contract, sha256=sha256, scratch=scratch)
        if new.missing_mandatory:
            refused.append(f"{new.file.relative}: {new.refusal}")
        elif new.fault is None:
            is_anything_usable = True
        agenda.new.setdefault(key, []).append(new)
    if refused and not is_anything_usable:
        raise LoadError("\n".join(refused))
    return agenda


def _has_same_stat(file: ExtractFile, known: Mapping[str, KnownFile]) -> bool:
    before = known.get(file.relative)
    return before is not None and before.stat_signature == file.stat_signature
