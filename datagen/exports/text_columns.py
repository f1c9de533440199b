"""Columns of an extract: numbers in memory, text only for the rows that are being written."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from datagen.exports.salesforce_ids import make_ids
from datagen.sizes import DAY, MISSING


class Column(Protocol):
    """Something that can render a range of rows as text, null for a blank cell."""

    def __len__(self) -> int:
        """Number of rows."""

    def text(self, rows: slice) -> pa.Array:
        """The cells of these rows."""


def _strings(fixed_width: np.ndarray, is_missing: np.ndarray | None = None) -> pa.Array:
    mask = is_missing if is_missing is not None and is_missing.any() else None
    return pa.array(fixed_width, mask=mask).cast(pa.binary()).cast(pa.string())


@cache
def _days_as_text() -> np.ndarray:
    # 1970 to 2036
    return np.arange(0, 24_500).astype("datetime64[D]").astype("S10")


@cache
def _seconds_as_text() -> np.ndarray:
    clock = np.arange(DAY).astype("datetime64[s]").astype("S19")
    return np.ascontiguousarray(clock.view("S1").reshape(DAY, 19)[:, 11:]).view("S8").ravel()


@dataclass(frozen=True)
class Ids:
    """Salesforce ids of record numbers."""

    object_name: str
    numbers: np.ndarray

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.numbers)

    def text(self, rows: slice) -> pa.Array:
        """The 18-character ids."""
        numbers = self.numbers[rows]
        return _strings(make_ids(self.object_name, np.maximum(numbers, 0)), numbers < 0)


@dataclass(frozen=True)
class Tokens:
    """Opaque 16-digit hexadecimal ids of numbers, distinct per salt."""

    numbers: np.ndarray
    salt: int

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.numbers)

    def text(self, rows: slice) -> pa.Array:
        """The mixed number in hexadecimal (splitmix64, a bijection: no collisions)."""
        numbers = self.numbers[rows]
        return _strings(_mix(numbers, self.salt), numbers < 0)


@dataclass(frozen=True)
class Uuids:
    """Ids of numbers in the form of a UUID, distinct per salt."""

    numbers: np.ndarray
    salt: int

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.numbers)

    def text(self, rows: slice) -> pa.Array:
        """Two tokens cut into 8-4-4-4-12."""
        numbers = self.numbers[rows]
        halves = [_mix(numbers, self.salt + step).view("S1").reshape(-1, 16) for step in (0, 1)]
        dash = np.full((len(numbers), 1), b"-", dtype="S1")
        a, b = halves
        parts = [a[:, :8], dash, a[:, 8:12], dash, a[:, 12:], dash, b[:, :4], dash, b[:, 4:]]
        whole = np.ascontiguousarray(np.concatenate(parts, axis=1)).view("S36").ravel()
        return _strings(whole, numbers < 0)


def _mix(numbers: np.ndarray, salt: int) -> np.ndarray:
    mixed = numbers.astype(np.uint64) + np.uint64(salt * 0x9E3779B97F4A7C15 % 2**64)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    mixed ^= mixed >> np.uint64(31)
    nibbles = (mixed[:, None] >> np.arange(60, -1, -4, dtype=np.uint64)) & np.uint64(15)
    digits = np.frombuffer(b"0123456789abcdef", dtype=np.uint8)[nibbles.astype(np.intp)]
    return np.ascontiguousarray(digits).view("S16").ravel()


@dataclass(frozen=True)
class Times:
    """Seconds since 1970, UTC; `suffix` follows the seconds, `separator` the date."""

    seconds: np.ndarray
    suffix: bytes = b".000+0000"
    separator: bytes = b"T"

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.seconds)

    def text(self, rows: slice) -> pa.Array:
        """ISO 8601 with the suffix."""
        seconds = self.seconds[rows]
        day, second = np.divmod(np.maximum(seconds, 0), DAY)
        width = len(self.suffix)
        fields = [("d", "S10"), ("t", "S1"), ("s", "S8"), ("z", f"S{width}")]
        parts = np.empty(len(seconds), dtype=fields if width else fields[:3])
        parts["d"] = _days_as_text()[day]
        parts["t"] = self.separator
        parts["s"] = _seconds_as_text()[second]
        if width:
            parts["z"] = self.suffix
        return _strings(parts.view(f"S{19 + width}"), seconds < 0)


@dataclass(frozen=True)
class Dates:
    """Days since 1970."""

    days: np.ndarray

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.days)

    def text(self, rows: slice) -> pa.Array:
        """YYYY-MM-DD."""
        days = self.days[rows]
        return _strings(_days_as_text()[np.maximum(days, 0)], days < 0)


@dataclass(frozen=True)
class Labels:
    """Positions in a list of texts."""

    codes: np.ndarray
    labels: pa.Array

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.codes)

    def text(self, rows: slice) -> pa.Array:
        """The text at each position."""
        codes = self.codes[rows]
        return self.labels.take(pa.array(codes, mask=codes < 0))


@dataclass(frozen=True)
class Numbers:
    """Integers, or decimals held as integers with `places` digits after the point."""

    values: np.ndarray
    places: int = 0

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.values)

    def text(self, rows: slice) -> pa.Array:
        """Plain decimal notation."""
        values = self.values[rows]
        is_missing = values < 0
        if not self.places:
            return pa.array(values, mask=is_missing).cast(pa.string())
        whole, part = np.divmod(np.maximum(values, 0), 10**self.places)
        return pc.binary_join_element_wise(
            pa.array(whole, mask=is_missing).cast(pa.string()),
            pc.utf8_lpad(pa.array(part).cast(pa.string()), self.places, "0"),
            ".",
        )


@dataclass(frozen=True)
class Flags:
    """Booleans; `spelling` is how the system writes yes and no."""

    values: np.ndarray
    spelling: tuple[str, str] = ("true", "false")

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.values)

    def text(self, rows: slice) -> pa.Array:
        """Yes and no as they are spelled; an empty no is a blank cell."""
        yes, no = self.spelling
        return pc.if_else(pa.array(self.values[rows]), yes, pa.scalar(no or None, pa.string()))


@dataclass(frozen=True)
class Texts:
    """Text that is in memory already."""

    values: pa.Array

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.values)

    def text(self, rows: slice) -> pa.Array:
        """The cells themselves."""
        return self.values[rows]


@dataclass(frozen=True)
class WithCells:
    """Another column with some cells replaced: where invalid cells are planted."""

    column: Column
    cells: Mapping[int, str | None] = field(default_factory=dict)

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.column)

    def text(self, rows: slice) -> pa.Array:
        """The column's text, then the replacements."""
        start, stop, _ = rows.indices(len(self))
        inside = {row: cell for row, cell in self.cells.items() if start <= row < stop}
        values = self.column.text(rows)
        if not inside:
            return values
        listed = values.to_pylist()
        for row, cell in inside.items():
            listed[row - start] = cell
        return pa.array(listed, type=pa.string())


def repeat(text: str | None, count: int) -> Labels:
    """One text in every row; None is a blank column."""
    codes = np.full(count, MISSING if text is None else 0, dtype=np.int8)
    return Labels(codes, pa.array([text or ""]))


def label(codes: np.ndarray, labels: list[str] | pa.Array) -> Labels:
    """Positions in a Python list or an Arrow array."""
    return Labels(codes, labels if isinstance(labels, pa.Array) else pa.array(labels))
