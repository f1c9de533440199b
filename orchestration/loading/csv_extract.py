"""Reading one CSV file with DuckDB, its dialect given and not guessed.

Three ways, each checked against counts of the file itself, the first that fits is taken:

1. no quotes and the delimiters add up: every physical line is a record;
2. DuckDB reads the file and the physical lines of the records come from a light scan;
3. a line is broken: the good records are sifted into a file that DuckDB reads, the broken ones
   are rejects.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from orchestration.loading.contracts import Dialect, SourceContract
from orchestration.loading.csv_records import MAX_RECORD_BYTES, CsvShape
from orchestration.loading.extract_files import ExtractFile
from orchestration.loading.extract_reading import Reading, Reject
from orchestration.loading.extract_text import (
    FileFaultError,
    TextFacts,
    check_text,
    is_utf8,
    open_bytes,
    utf8_chunks,
    write_utf8,
)

_LINES_VIEW = "extract_lines"


@dataclass(frozen=True)
class CsvExtract:
    """A CSV file that was read through once and can be loaded."""

    file: ExtractFile
    contract: SourceContract
    facts: TextFacts
    headers: tuple[str, ...]
    header_lines: int
    shape: CsvShape = field(repr=False)

    @classmethod
    def inspect(cls, file: ExtractFile, contract: SourceContract) -> "CsvExtract":
        """Check the file's bytes, read its header; raise FileFaultError if it cannot be used."""
        dialect = contract.dialect
        facts = check_text(file, dialect.encoding, quote=dialect.quote, delimiter=dialect.delimiter)
        headers, header_lines = _read_header(file, dialect)
        shape = CsvShape(dialect, len(headers), allow_padding=contract.allow_padding)
        return cls(file, contract, facts, headers, header_lines, shape)

    def readings(self, con: duckdb.DuckDBPyConnection, workspace: Path) -> Iterator[Reading]:
        """Yield ways to read the file, cheapest first; ask for the next when one did not add up."""
        path = self._stage(workspace)
        if self._is_plain:
            yield self._plain(path, first_line=2, count=self.facts.line_count - 1)
        with open_bytes(path) as stream:
            lines = self.shape.record_lines(stream, self.header_lines)
        if lines is not None and _has_no_gap(lines):
            first_line = int(lines[0]) if len(lines) else 2
            yield self._plain(path, first_line=first_line, count=len(lines))
        elif lines is not None:
            yield self._with_lines(con, self._read_csv(), path, lines)
        good = workspace / "good_records.csv"
        with open_bytes(path) as stream:
            sifted = self.shape.sift(stream, self.header_lines, good)
        relation = self._read_csv(has_header=False, has_long_lines=sifted.longest > 1_000_000)
        lines = np.array(sifted.lines, dtype=np.int64)
        yield self._with_lines(con, relation, good, lines, tuple(sifted.rejects))

    @property
    def _is_plain(self) -> bool:
        facts = self.facts
        separators = (self.shape.width - 1) * facts.line_count
        return (
            facts.quote_count == 0
            and not facts.has_lone_cr
            and facts.delimiter_count == separators
            and self.header_lines == 1
        )

    def _stage(self, workspace: Path) -> Path:
        """Give the file a name without wildcards, translated where DuckDB cannot read it."""
        has_mac_lines = self.facts.has_lone_cr and not self.facts.has_lf
        if has_mac_lines or not is_utf8(self.contract.dialect.encoding):
            encoding = self.contract.dialect.encoding
            return write_utf8(
                self.file, encoding, workspace / "extract.csv", has_mac_lines=has_mac_lines
            )
        path = workspace / ("extract.csv.gz" if self.file.is_gzip else "extract.csv")
        path.symlink_to(self.file.path.resolve())
        return path

    def _plain(self, path: Path, *, first_line: int, count: int) -> Reading:
        return Reading(
            relation=self._read_csv(),
            parameters=(str(path),),
            fields=self._fields(),
            row=f"row_number() over () + {first_line - 1}",
            expected_count=count,
        )

    def _with_lines(
        self,
        con: duckdb.DuckDBPyConnection,
        relation: str,
        path: Path,
        lines: np.ndarray,
        rejects: tuple[Reject, ...] = (),
    ) -> Reading:
        con.register(_LINES_VIEW, pa.table({"source_row": pa.array(lines, pa.int64())}))
        return Reading(
            relation=f"{relation} positional join {_LINES_VIEW}",
            parameters=(str(path),),
            fields=self._fields(),
            row=f"{_LINES_VIEW}.source_row",
            expected_count=len(lines),
            rejects=rejects,
        )

    def _fields(self) -> tuple[str, ...]:
        return tuple(f"extract.field_{position}" for position in range(self.shape.width))

    def _read_csv(self, *, has_header: bool = True, has_long_lines: bool = False) -> str:
        dialect = self.contract.dialect
        columns = ", ".join(
            f"'field_{position}': 'varchar'" for position in range(self.shape.width)
        )
        options = {
            "auto_detect": "false",
            "delim": _literal(dialect.delimiter),
            "quote": _literal(dialect.quote),
            "escape": _literal(dialect.escape),
            "header": str(has_header).lower(),
            "nullstr": "''",
            "columns": f"{{{columns}}}",
        }
        if has_header and self.contract.allow_padding:
            # DuckDB pads in parallel only when no quoted field has a newline
            options |= {"null_padding": "true", "parallel": str(not self.facts.quote_count).lower()}
        if not has_header:
            # or DuckDB would take a carriage return inside the first quotes for the line end
            options["new_line"] = r"'\n'"
        if has_long_lines:
            options["max_line_size"] = str(MAX_RECORD_BYTES + 1024)
        settings = ", ".join(f"{name} = {value}" for name, value in options.items())
        return f"read_csv(?, {settings}) as extract"


def _read_header(file: ExtractFile, dialect: Dialect) -> tuple[tuple[str, ...], int]:
    beginning = next(utf8_chunks(file, dialect.encoding)).decode(errors="ignore")
    quoting = {
        "quotechar": dialect.quote or None,
        "quoting": csv.QUOTE_MINIMAL if dialect.quote else csv.QUOTE_NONE,
        "doublequote": dialect.quote == dialect.escape,
        "escapechar": None if dialect.quote == dialect.escape else dialect.escape,
    }
    reader = csv.reader(
        io.StringIO(beginning, newline=""), delimiter=dialect.delimiter, strict=True, **quoting
    )
    try:
        headers = next(reader, [])
        if len(headers) == 1 and dialect.delimiter in headers[0]:
            # the whole line was in quotes, or its delimiter would have split it
            headers = next(csv.reader(headers, delimiter=dialect.delimiter, strict=True, **quoting))
    except csv.Error as error:
        raise FileFaultError(
            "no_header", f"the first line cannot be read as a header: {error}"
        ) from error
    if not any(header.strip() for header in headers):
        raise FileFaultError("no_header", "the first line is blank, it must name the columns")
    return tuple(header.strip() for header in headers), reader.line_num


def _has_no_gap(lines: np.ndarray) -> bool:
    """Tell whether each record is one line and no line lies between them."""
    return len(lines) == 0 or int(lines[-1] - lines[0]) == len(lines) - 1


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
