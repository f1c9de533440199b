"""Reading one Parquet file with DuckDB, every value as text, nested values as JSON text."""

import gzip
import shutil
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.loading.extract_files import ExtractFile
from orchestration.loading.extract_reading import Reading
from orchestration.loading.extract_text import FileFaultError

_NESTED = ("STRUCT", "MAP", "UNION")


@dataclass(frozen=True)
class ParquetExtract:
    """A Parquet file whose footer was read; `types` are DuckDB's types of its columns."""

    file: ExtractFile
    headers: tuple[str, ...]
    types: tuple[str, ...]
    record_count: int

    @classmethod
    def inspect(
        cls,
        con: duckdb.DuckDBPyConnection,
        file: ExtractFile,
        workspace: Path,
    ) -> "ParquetExtract":
        """Read the footer; raise FileFaultError when the file cannot be used."""
        if file.size == 0:
            raise FileFaultError("empty_file", "the file has no bytes")
        path = str(_stage(file, workspace))
        try:
            columns = con.execute("describe select * from read_parquet(?)", [path]).fetchall()
            (count,) = con.execute(
                "select num_rows from parquet_file_metadata(?)", [path]
            ).fetchone()
        except duckdb.Error as error:
            raise FileFaultError(
                "not_a_parquet_file", str(error).replace(path, file.relative)
            ) from error
        return cls(
            file=file,
            headers=tuple(column[0] for column in columns),
            types=tuple(column[1] for column in columns),
            record_count=count,
        )

    def readings(self, con: duckdb.DuckDBPyConnection, workspace: Path) -> Iterator[Reading]:
        """Yield the one way to read the file; its rows are the ordinals of its records, from 1."""
        yield Reading(
            relation="read_parquet(?) as extract",
            parameters=(str(_stage(self.file, workspace)),),
            fields=tuple(
                _as_text(header, data_type)
                for header, data_type in zip(self.headers, self.types, strict=True)
            ),
            row="row_number() over ()",
            expected_count=self.record_count,
        )


def _as_text(header: str, data_type: str) -> str:
    column = 'extract."' + header.replace('"', '""') + '"'
    if data_type.endswith("]") or data_type.startswith(_NESTED):
        return f"to_json({column})::varchar"
    return f"nullif({column}::varchar, '')"


def _stage(file: ExtractFile, workspace: Path) -> Path:
    path = workspace / "extract.parquet"
    if path.exists():
        return path
    if not file.is_gzip:
        path.symlink_to(file.path.resolve())
        return path
    try:
        with gzip.open(file.path, "rb") as packed, path.open("wb") as stream:
            shutil.copyfileobj(packed, stream)
    except EOFError as error:
        raise FileFaultError(
            "truncated_gzip", "the compressed data ends before its end mark"
        ) from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise FileFaultError("corrupt_gzip", str(error)) from error
    return path
