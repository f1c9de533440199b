"""What raw keeps about each extract: its file, its broken records, its surprising columns."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import duckdb
import pyarrow as pa

from orchestration.loading.contracts import SourceContract
from orchestration.loading.extract_files import ExtractFile
from orchestration.loading.extract_reading import Reject
from orchestration.loading.raw_schema import SCHEMA, qualified

MISSING_REQUIRED_COLUMN = "missing_required_column"
MISSING_REQUIRED = "missing_required"  # the status of such a column in raw._columns

_REJECTS_VIEW = "extract_rejects"


@dataclass(frozen=True)
class KnownFile:
    """A file as it was when it was last taken in."""

    sha256: str
    contract_sha256: str
    stat_signature: str
    state: str


@dataclass(frozen=True)
class FileOutcome:
    """What became of a file. A quarantined file counts no records: they could not be told apart."""

    sha256: str
    contract_sha256: str
    loaded_count: int
    rejected_count: int
    reason: str | None = None

    @property
    def state(self) -> str:
        """`loaded`; `quarantined` when the file could not be used; `refused` when it drifted."""
        if self.reason == MISSING_REQUIRED_COLUMN:
            return "refused"
        return "quarantined" if self.reason else "loaded"


def read_known_files(con: duckdb.DuckDBPyConnection) -> dict[str, KnownFile]:
    """Return the files of earlier loads by path; none when nothing was ever loaded."""
    exists = con.execute(
        "select 1 from duckdb_tables() where database_name = current_database() "
        "and schema_name = ? and table_name = '_files'",
        [SCHEMA],
    ).fetchone()
    if not exists:
        return {}
    rows = con.execute(
        "select source_file, sha256, contract_sha256, stat_signature, state "
        f"from {qualified('_files')}"
    ).fetchall()
    return {path: KnownFile(*rest) for path, *rest in rows}


def forget_file(
    con: duckdb.DuckDBPyConnection, file: ExtractFile, contract: SourceContract, *, batch_id: str
) -> None:
    """Delete everything that an earlier version of a file brought."""
    before = con.execute(
        f"select 1 from {qualified('_files')} where source_file = ?", [file.relative]
    ).fetchone()
    if not before:
        return
    (count,) = con.execute(
        f"delete from {qualified(contract.table)} where _source_file = ?", [file.relative]
    ).fetchone()
    if count:
        record_batch(con, contract, batch_id=batch_id, is_rewrite=True)
    for table in ("_files", "_quarantine", "_columns"):
        con.execute(f"delete from {qualified(table)} where source_file = ?", [file.relative])


def record_file(
    con: duckdb.DuckDBPyConnection,
    file: ExtractFile,
    outcome: FileOutcome,
    *,
    batch_id: str,
    loaded_at: datetime,
) -> None:
    """Write the row of a file in raw._files."""
    row = {
        "source_file": file.relative,
        "source_system": file.system,
        "source_object": file.object,
        "sha256": outcome.sha256,
        "size_bytes": file.size,
        "modified_at": naive_utc(file.modified_at),
        "extracted_at": naive_utc(file.extracted_at),
        "record_count": outcome.loaded_count + outcome.rejected_count,
        "loaded_count": outcome.loaded_count,
        "rejected_count": outcome.rejected_count,
        "state": outcome.state,
        "reason": outcome.reason,
        "batch_id": batch_id,
        "loaded_at": naive_utc(loaded_at),
        "contract_sha256": outcome.contract_sha256,
        "stat_signature": file.stat_signature,
    }
    marks = ", ".join("?" * len(row))
    con.execute(
        f"insert into {qualified('_files')} ({', '.join(row)}) values ({marks})", list(row.values())
    )


def record_batch(
    con: duckdb.DuckDBPyConnection, contract: SourceContract, *, batch_id: str, is_rewrite: bool
) -> None:
    """Note that a batch wrote a table: models that read only new batches go by it."""
    con.execute(
        f"insert into {qualified('_batches')} by name "
        "select ? as batch_id, ? as table_name, ? as is_rewrite",
        [batch_id, contract.table, is_rewrite],
    )


def record_refusal(
    con: duckdb.DuckDBPyConnection,
    file: ExtractFile,
    outcome: FileOutcome,
    missing: Sequence[str],
    detail: str,
    *,
    batch_id: str,
    loaded_at: datetime,
) -> None:
    """Note that a file lacks required columns; what its path brought before stays as it is."""
    kept = con.execute(
        f"delete from {qualified('_files')} where source_file = ? "
        "returning extracted_at, loaded_count, rejected_count",
        [file.relative],
    ).fetchone()
    record_file(con, file, outcome, batch_id=batch_id, loaded_at=loaded_at)
    if kept:
        con.execute(
            f"update {qualified('_files')} set extracted_at = $1, loaded_count = $2, "
            "rejected_count = $3, record_count = $2 + $3 where source_file = $4",
            [*kept, file.relative],
        )
    con.execute(
        f"delete from {qualified('_quarantine')} where source_file = ? and source_line is null",
        [file.relative],
    )
    con.execute(
        f"delete from {qualified('_columns')} where source_file = ? and status = ?",
        [file.relative, MISSING_REQUIRED],
    )
    record_quarantined_file(con, file, outcome.reason, detail, batch_id=batch_id)
    record_columns(con, file, missing, MISSING_REQUIRED)


def forget_useless(con: duckdb.DuckDBPyConnection, present: Collection[str]) -> None:
    """Forget files that brought nothing and are gone: there is nothing to warn of any more."""
    useless = con.execute(
        f"select source_file from {qualified('_files')} where state <> 'loaded' "
        "and loaded_count = 0"
    ).fetchall()
    for (path,) in useless:
        if path not in present:
            for table in ("_files", "_quarantine", "_columns"):
                con.execute(f"delete from {qualified(table)} where source_file = ?", [path])


def record_signature(con: duckdb.DuckDBPyConnection, path: str, signature: str) -> None:
    """Note that the bytes of a file are known to be the same under a new stat."""
    con.execute(
        f"update {qualified('_files')} set stat_signature = ? where source_file = ?",
        [signature, path],
    )


def record_quarantined_file(
    con: duckdb.DuckDBPyConnection, file: ExtractFile, reason: str, detail: str, *, batch_id: str
) -> None:
    """Write the one row that stands for a file that could not be used."""
    con.execute(
        f"insert into {qualified('_quarantine')} by name select ? as source_system, "
        "? as source_object, ? as source_file, ? as reason, ? as detail, ? as batch_id",
        [file.system, file.object, file.relative, reason, detail, batch_id],
    )


def record_rejects(
    con: duckdb.DuckDBPyConnection, file: ExtractFile, rejects: Sequence[Reject], *, batch_id: str
) -> None:
    """Write a row for each broken record of a file."""
    if not rejects:
        return
    columns = {
        "source_line": pa.array([reject.line for reject in rejects], pa.int64()),
        "reason": pa.array([reject.reason for reject in rejects], pa.string()),
        "detail": pa.array([reject.detail for reject in rejects], pa.string()),
        "line_text": pa.array([reject.text for reject in rejects], pa.string()),
    }
    con.register(_REJECTS_VIEW, pa.table(columns))
    con.execute(
        f"insert into {qualified('_quarantine')} by name select ? as source_system, "
        f"? as source_object, ? as source_file, *, ? as batch_id from {_REJECTS_VIEW}",
        [file.system, file.object, file.relative, batch_id],
    )
    con.unregister(_REJECTS_VIEW)


def record_columns(
    con: duckdb.DuckDBPyConnection, file: ExtractFile, names: Sequence[str], status: str
) -> None:
    """Note columns of a file that the contract does not have, or the other way round."""
    for name in names:
        con.execute(
            f"insert into {qualified('_columns')} by name select ? as source_system, "
            "? as source_object, ? as source_file, ? as column_name, ? as status",
            [file.system, file.object, file.relative, name, status],
        )


def naive_utc(moment: datetime) -> datetime:
    """Return a time as the raw tables keep it, without a zone; a naive time is taken as UTC."""
    return moment if moment.tzinfo is None else moment.astimezone(UTC).replace(tzinfo=None)
