"""Reading one file of JSON lines with DuckDB: each key a column, nested values as JSON text."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from orchestration.loading.contracts import SourceContract
from orchestration.loading.extract_files import ExtractFile
from orchestration.loading.extract_reading import Reading, Reject
from orchestration.loading.extract_text import (
    TextFacts,
    check_text,
    is_utf8,
    open_bytes,
    write_utf8,
)

_JSON_BLANKS = b" \t\r\n"
_LINES_VIEW = "extract_lines"
_READ = "read_ndjson_objects(?, ignore_errors = true)"


@dataclass(frozen=True)
class JsonExtract:
    """A JSON lines file that was read through once and can be loaded.

    `headers` are the keys of all its objects, `broken` the records that are no objects: ordinal
    (from 1) and JSON type, None where it is no JSON at all.
    """

    file: ExtractFile
    contract: SourceContract
    facts: TextFacts
    headers: tuple[str, ...]
    broken: dict[int, str | None]

    @classmethod
    def inspect(
        cls,
        con: duckdb.DuckDBPyConnection,
        file: ExtractFile,
        contract: SourceContract,
        workspace: Path,
    ) -> "JsonExtract":
        """Check the bytes, collect the keys; raise FileFaultError if it cannot be used."""
        facts = check_text(file, contract.dialect.encoding)
        extract = cls(file, contract, facts, (), {})
        keys, broken = con.execute(
            f"""
            with records as (
                select
                    row_number() over () as record,
                    json_type(json) as found,
                    case when json_type(json) = 'OBJECT' then json_keys(json) end as keys
                from {_READ}
            )
            select
                list_sort(list_distinct(flatten(list(distinct keys) filter (keys is not null)))),
                list([record::varchar, found]) filter (found is distinct from 'OBJECT')
            from records
            """,
            [str(extract._stage(workspace))],
        ).fetchone()
        found = {int(record): kind for record, kind in broken or ()}
        return cls(file, contract, facts, tuple(keys or ()), found)

    def readings(self, con: duckdb.DuckDBPyConnection, workspace: Path) -> Iterator[Reading]:
        """Yield the one way to read the file: DuckDB judges each line."""
        path = self._stage(workspace)
        lines, rejects = _sort_lines(path, self.broken)
        con.register(_LINES_VIEW, pa.table({"source_row": pa.array(lines, pa.int64())}))
        pointers = ", ".join(_pointer(key) for key in self.headers)
        yield Reading(
            relation=f"""(
                select
                    source_row,
                    json_extract_string(json, [{pointers}]::varchar[]) as field_values
                from {_READ} positional join {_LINES_VIEW}
                where json_type(json) = 'OBJECT'
            ) as extract""",
            parameters=(str(path),),
            fields=tuple(
                f"nullif(extract.field_values[{position + 1}], '')"
                for position in range(len(self.headers))
            ),
            row="extract.source_row",
            expected_count=len(lines) - len(rejects),
            rejects=tuple(rejects),
        )

    def _stage(self, workspace: Path) -> Path:
        if self.facts.has_bom or not is_utf8(self.contract.dialect.encoding):
            return write_utf8(
                self.file, self.contract.dialect.encoding, workspace / "extract.jsonl"
            )
        path = workspace / ("extract.jsonl.gz" if self.file.is_gzip else "extract.jsonl")
        if not path.is_symlink():
            path.symlink_to(self.file.path.resolve())
        return path


def _sort_lines(path: Path, broken: dict[int, str | None]) -> tuple[np.ndarray, list[Reject]]:
    """Return the physical line of each record, and the rejects; DuckDB passes over blank lines."""
    lines: list[int] = []
    rejects: list[Reject] = []
    with open_bytes(path) as stream:
        for number, line in enumerate(stream, 1):
            if not line.strip(_JSON_BLANKS):
                continue
            lines.append(number)
            if len(lines) in broken:
                rejects.append(_reject(number, line, broken[len(lines)]))
    return np.array(lines, dtype=np.int64), rejects


def _reject(number: int, line: bytes, found: str | None) -> Reject:
    if found is not None:
        return Reject.of_bytes(
            number, "not_a_json_object", f"the line holds JSON of type {found}", line
        )
    try:
        json.loads(line)
        detail = "the line is not valid JSON"
    except ValueError as error:
        detail = str(error)
    return Reject.of_bytes(number, "invalid_json", detail, line)


def _pointer(key: str) -> str:
    escaped = key.replace("~", "~0").replace("/", "~1").replace("'", "''")
    return f"'/{escaped}'"
