"""Writing extracts: CSV in chunks, broken lines where they are planted, a fixed file time."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import csv

from datagen.exports.text_columns import Column
from datagen.sizes import EXTRACTED_AT

_CHUNK_ROWS = 200_000


@dataclass(frozen=True)
class Written:
    """What was written of one object, and what of it a reader must put aside."""

    records: int = 0
    files: int = 1
    broken_lines: int = 0
    superseded: int = 0
    bad_required_cell: int = 0

    def __add__(self, other: "Written") -> "Written":
        """Both together, for an object with several files."""
        return Written(
            self.records + other.records,
            self.files + other.files,
            self.broken_lines + other.broken_lines,
            self.superseded + other.superseded,
            self.bad_required_cell + other.bad_required_cell,
        )


def stamp_name(stem: str, cut_at: int) -> str:
    """A file name that says when the extract was cut, as connectors write it."""
    time = str(np.datetime64(cut_at, "s")).replace("-", "").replace(":", "")
    return f"{stem}_{time}Z.csv"


def write_extract(
    path: Path,
    columns: Mapping[str, Column],
    *,
    rows: np.ndarray | None = None,
    broken_lines: Mapping[int, str] | None = None,
    is_quoted: bool = True,
    extracted_at: int = EXTRACTED_AT,
) -> Written:
    """Write a CSV with header and return what was written.

    `rows` restricts and orders the records. `broken_lines` are raw lines put before the record of
    that position. The file's time is set, so that nothing depends on the machine's clock.
    ValueError when the columns differ in length.
    """
    lengths = {len(column) for column in columns.values()}
    if len(lengths) != 1:
        raise ValueError(f"{path.name}: columns of different lengths {sorted(lengths)}")
    if rows is not None:
        columns = {name: _Selected(column, rows) for name, column in columns.items()}
    count = lengths.pop() if rows is None else len(rows)
    broken = dict(broken_lines or {})
    edges = sorted({0, count, *range(0, count, _CHUNK_ROWS), *(min(at, count) for at in broken)})
    path.parent.mkdir(parents=True, exist_ok=True)
    style = "needed" if is_quoted else "none"
    with path.open("wb") as file:
        file.write((",".join(f'"{n}"' if is_quoted else n for n in columns) + "\n").encode())
        for start, stop in pairwise(edges):
            _write_lines(file, broken, start)
            table = pa.table({n: c.text(slice(start, stop)) for n, c in columns.items()})
            csv.write_csv(table, file, csv.WriteOptions(include_header=False, quoting_style=style))
        _write_lines(file, broken, count)
    os.utime(path, (extracted_at, extracted_at))
    return Written(records=count, broken_lines=len(broken_lines or {}))


def _write_lines(file, broken: dict[int, str], position: int) -> None:
    line = broken.pop(position, None)
    if line is not None:
        file.write((line + "\n").encode())


class _Selected:
    """A column seen through a list of row numbers."""

    def __init__(self, column: Column, rows: np.ndarray) -> None:
        self.column = column
        self.rows = rows

    def __len__(self) -> int:
        return len(self.rows)

    def text(self, rows: slice) -> pa.Array:
        wanted = self.rows[rows]
        if not len(wanted):
            return self.column.text(slice(0, 0))
        first = int(wanted.min())
        return self.column.text(slice(first, int(wanted.max()) + 1)).take(pa.array(wanted - first))
