"""One extract from the landing folder into raw: looked through, then loaded in one transaction."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from orchestration.loading.contracts import SourceContract
from orchestration.loading.csv_extract import CsvExtract
from orchestration.loading.extract_files import ExtractFile
from orchestration.loading.extract_headers import HeaderMatch, match_headers
from orchestration.loading.extract_reading import Reading
from orchestration.loading.extract_text import FileFaultError
from orchestration.loading.json_extract import JsonExtract
from orchestration.loading.parquet_extract import ParquetExtract
from orchestration.loading.raw_files import (
    MISSING_REQUIRED_COLUMN,
    FileOutcome,
    forget_file,
    naive_utc,
    record_batch,
    record_columns,
    record_file,
    record_quarantined_file,
    record_refusal,
    record_rejects,
)
from orchestration.loading.raw_schema import add_columns, qualified, quoted

# raise it when the same file under the same contract is read into other rows than before
READER_VERSION = 1


@dataclass(frozen=True)
class Batch:
    """The load that a row came with."""

    id: str
    loaded_at: datetime


@dataclass(frozen=True)
class NewFile:
    """A new or changed file: an extract to load, or the fault for which it is quarantined."""

    file: ExtractFile
    contract: SourceContract
    sha256: str
    extract: CsvExtract | JsonExtract | ParquetExtract | None
    match: HeaderMatch | None
    fault: FileFaultError | None

    @property
    def missing_mandatory(self) -> tuple[str, ...]:
        """Required and key columns that the file lacks."""
        # JSON lines without a single good object have no header that could lack a column
        if self.extract is None or not self.extract.headers:
            return ()
        return tuple(name for name in self.contract.mandatory if name in self.match.missing)

    @property
    def refusal(self) -> str:
        """What the file lacks, for people."""
        columns = ", ".join(self.missing_mandatory)
        return (
            f"required column {columns} is missing; the file has {', '.join(self.extract.headers)}"
        )


def reading_version(contract: SourceContract) -> str:
    """Return what must be unchanged for a loaded file to be as good as loaded now."""
    return f"{READER_VERSION}:{contract.reading_sha256}"


def inspect_file(
    con: duckdb.DuckDBPyConnection,
    file: ExtractFile,
    contract: SourceContract,
    *,
    sha256: str,
    scratch: Path,
) -> NewFile:
    """Look through a file without writing anything to the warehouse."""
    try:
        with _workspace(scratch) as workspace:
            match file.format:
                case "csv":
                    extract = CsvExtract.inspect(file, contract)
                case "jsonl":
                    extract = JsonExtract.inspect(con, file, contract, workspace)
                case "parquet":
                    extract = ParquetExtract.inspect(con, file, workspace)
                case _:
                    raise ValueError(f"{file.relative}: no reader for {file.format}")
    except FileFaultError as fault:
        return NewFile(file, contract, sha256, None, None, fault)
    return NewFile(file, contract, sha256, extract, match_headers(extract.headers, contract), None)


def load_file(
    con: duckdb.DuckDBPyConnection, new: NewFile, batch: Batch, *, scratch: Path
) -> str | None:
    """Replace what an earlier version of the file brought; return a notice if that must wait."""
    fault = new.fault
    if new.extract is not None:
        # not in the transaction below: DuckDB cannot alter a table and delete from it in one
        add_columns(con, new.contract.table, [*new.match.unknown, *new.match.clashes])
        try:
            with _workspace(scratch) as workspace:
                for reading in new.extract.readings(con, workspace):
                    if _load_reading(con, new, reading, batch):
                        return None
            fault = FileFaultError("line_count_mismatch", "its records do not add up to its lines")
        except FileFaultError as found:
            fault = found
    if not new.file.is_unchanged():
        return f"{new.file.relative}: changed while it was read, left for the next load"
    with transaction(con):
        forget_file(con, new.file, new.contract, batch_id=batch.id)
        outcome = FileOutcome(new.sha256, reading_version(new.contract), 0, 0, fault.reason)
        record_file(con, new.file, outcome, batch_id=batch.id, loaded_at=batch.loaded_at)
        record_quarantined_file(con, new.file, fault.reason, fault.detail, batch_id=batch.id)
    return None


def refuse_file(con: duckdb.DuckDBPyConnection, new: NewFile, batch: Batch) -> None:
    """Take note of a file that lacks a required column; the rows of its path stay as they are."""
    outcome = FileOutcome(new.sha256, reading_version(new.contract), 0, 0, MISSING_REQUIRED_COLUMN)
    with transaction(con):
        record_refusal(
            con,
            new.file,
            outcome,
            new.missing_mandatory,
            new.refusal,
            batch_id=batch.id,
            loaded_at=batch.loaded_at,
        )


@contextmanager
def transaction(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Commit what happens inside, or nothing of it."""
    con.execute("begin")
    try:
        yield
    except BaseException:
        con.execute("rollback")
        raise
    con.execute("commit")


class _DoesNotAddUpError(Exception):
    """A reading yields other records than the file has."""


def _load_reading(
    con: duckdb.DuckDBPyConnection, new: NewFile, reading: Reading, batch: Batch
) -> bool:
    file, match = new.file, new.match
    try:
        with transaction(con):
            forget_file(con, file, new.contract, batch_id=batch.id)
            loaded_count = _insert(con, new, reading, batch)
            if loaded_count != reading.expected_count or not file.is_unchanged():
                raise _DoesNotAddUpError
            outcome = FileOutcome(
                sha256=new.sha256,
                contract_sha256=reading_version(new.contract),
                loaded_count=loaded_count,
                rejected_count=len(reading.rejects),
            )
            record_file(con, file, outcome, batch_id=batch.id, loaded_at=batch.loaded_at)
            record_batch(con, new.contract, batch_id=batch.id, is_rewrite=False)
            record_rejects(con, file, reading.rejects, batch_id=batch.id)
            record_columns(con, file, match.unknown, "unknown")
            record_columns(con, file, match.clashes, "clash")
            record_columns(con, file, match.missing, "missing_optional")
    except _DoesNotAddUpError:
        return False
    except duckdb.Error as error:
        # what DuckDB raises for content that it cannot read; a full disk or memory has its own type
        if type(error) in (duckdb.InvalidInputException, duckdb.Error):
            return False
        error.add_note(f"while loading {file.relative}")
        raise
    return True


def _insert(con: duckdb.DuckDBPyConnection, new: NewFile, reading: Reading, batch: Batch) -> int:
    values = {
        name: _first_given([reading.fields[position] for position in positions])
        for name, positions in new.match.fields.items()
    }
    lineage = {
        "_source_system": new.file.system,
        "_source_file": new.file.relative,
        "_extracted_at": naive_utc(new.file.extracted_at),
        "_file_sha256": new.sha256,
        "_batch_id": batch.id,
        "_loaded_at": naive_utc(batch.loaded_at),
    }
    names = [*values, "_source_row", *lineage]
    expressions = [*values.values(), reading.row, *("?" for _ in lineage)]
    (count,) = con.execute(
        f"""
        insert into {qualified(new.contract.table)} ({", ".join(quoted(name) for name in names)})
        select {", ".join(expressions)}
        from {reading.relation}
        """,
        [*lineage.values(), *reading.parameters],
    ).fetchone()
    return count


def _first_given(fields: list[str]) -> str:
    return fields[0] if len(fields) == 1 else f"coalesce({', '.join(fields)})"


@contextmanager
def _workspace(scratch: Path) -> Iterator[Path]:
    scratch.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".load-", dir=scratch) as folder:
        yield Path(folder)
