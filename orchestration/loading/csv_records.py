"""Records of a CSV file, told apart in Python where DuckDB alone cannot say which line is which.

A record begins on a physical line (the header is line 1) and may go on over further lines inside
quotes. When its quoting does not work out - the quote never closes, or what closes it is really the
opening quote of a later row - the line that opened the quote is broken, and reading goes on with
the next physical line: one bad line costs one line.

A record that is one quoted field is unwrapped when exactly the fields of a row are in it: some
exports put a whole line in quotes, and otherwise it would be a line with too few fields.
"""

import re
from array import array
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from orchestration.loading.contracts import Dialect
from orchestration.loading.extract_reading import Reject

MAX_RECORD_BYTES = 16 << 20
BLOCK_BYTES = 4 << 20

_LF, _CR, _SPACE = b"\n\r "


@dataclass(frozen=True)
class Sifted:
    """What `CsvShape.sift` found: first lines of the good records, rejects in file order."""

    lines: array
    rejects: list[Reject]
    longest: int


@dataclass(frozen=True)
class _Lines:
    """The physical lines of a block of text, found by whole arrays.

    `stops` is where the text of a line ends, before its line end. `continues` marks the lines that
    belong to a record of a line before, judging by the number of quotes alone; `spans` are the
    first and last lines of these records. What comes after the last such record that is not closed
    in the block is no line here, it is the `tail`.
    """

    block: bytes
    content: np.ndarray
    begins: np.ndarray
    ends: np.ndarray
    stops: np.ndarray
    continues: np.ndarray
    has_spaced_quote: np.ndarray
    spans: list[tuple[int, int]]
    tail: bytes

    @classmethod
    def of(cls, block: bytes, quote: bytes) -> "_Lines":
        content = np.frombuffer(block, np.uint8)
        ends = np.flatnonzero(content == _LF)
        if block[-1] != _LF:
            ends = np.append(ends, len(block))
        begins = np.concatenate(([0], ends[:-1] + 1))
        continues = np.zeros(len(ends), bool)
        has_spaced_quote = np.zeros(len(ends), bool)
        spans: list[tuple[int, int]] = []
        count = len(ends)
        if quote and quote in block:
            is_quote = content == quote[0]
            odd = np.flatnonzero(np.bitwise_xor.reduceat(is_quote.view(np.uint8), begins)).tolist()
            if len(odd) & 1:
                count = odd.pop()
            spans = list(zip(odd[::2], odd[1::2], strict=True))
            for first, last in spans:
                continues[first + 1 : last + 1] = True
            spaced = np.flatnonzero(is_quote[:-1] & (content[1:] == _SPACE))
            has_spaced_quote[np.searchsorted(ends, spaced)] = True
        tail = block[begins[count] :] if count < len(ends) else b""
        begins, ends = begins[:count], ends[:count]
        stops = ends - ((ends > begins) & (content[ends - 1] == _CR))
        return cls(
            *(block, content, begins, ends, stops, continues[:count], has_spaced_quote[:count]),
            *(spans, tail),
        )

    def text(self, first: int, last: int | None = None) -> bytes:
        """The lines from `first` to `last`, with their line ends."""
        return self.block[self.begins[first] : self.ends[first if last is None else last] + 1]


class CsvShape:
    """The grammar of a file's records: its dialect and its number of fields."""

    def __init__(self, dialect: Dialect, width: int, *, allow_padding: bool) -> None:
        """Compile the grammar for records of `width` fields."""
        self.width = width
        self.allow_padding = allow_padding
        self.delimiter = dialect.delimiter.encode()
        self.quote = dialect.quote.encode()
        self.escapes_by_doubling = dialect.quote == dialect.escape
        comma, quote, escape = (re.escape(mark.encode()) for mark in _marks(dialect))
        if quote:
            if self.escapes_by_doubling:
                inside = rb"(?:[^%b]++|%b%b)*+" % (quote, quote, quote)
            else:
                inside = rb"(?:[^%b%b]++|%b(?s:.))*+" % (quote, escape, escape)
            # DuckDB reads ` "a" ` as a quoted field too
            opened = rb" *+%b%b" % (quote, inside)
            closing = rb"%b *+(?=%b|[\r\n]|\Z)" % (quote, comma)
            plain = rb"(?! *+%b)[^%b]*+" % (quote, comma)
            field = rb"(?>%b%b|%b)" % (opened, closing, plain)
            self._inside = re.compile(inside)
            self._closing = re.compile(closing)
            self._field = re.compile(field)
            self._balanced = re.compile(rb"%b(?:%b%b)*+" % (field, comma, field)).fullmatch
            self._open = re.compile(rb"(?:%b%b)*+%b" % (field, comma, opened)).fullmatch
            self._exact = re.compile(
                rb"%b(?:%b%b){%d}" % (field, comma, field, width - 1)
            ).fullmatch

    def record_lines(self, stream: BinaryIO, skip: int) -> np.ndarray | None:
        """Return the first line of each record after `skip` header lines; None: sift the file.

        Trusts DuckDB with everything but three things: where records begin, blank surplus fields
        at the end of a record, which DuckDB drops although they mean that values have shifted, and
        a field that is closed and opened again, which DuckDB glues together.
        """
        if self.quote and not self.escapes_by_doubling:
            return None
        for _ in range(skip):
            stream.readline()
        number, starts, rest = skip + 1, [np.empty(0, np.int64)], b""
        while True:
            chunk = stream.read(BLOCK_BYTES)
            cut = chunk.rfind(b"\n") + 1
            if chunk and not cut:
                rest += chunk
                if len(rest) > MAX_RECORD_BYTES:
                    return None
                continue
            block, rest = rest + chunk[:cut], chunk[cut:]
            if block:
                lines = _Lines.of(block, self.quote)
                found = self._starts(lines)
                if found is None or (lines.tail and not chunk) or len(lines.tail) > BLOCK_BYTES:
                    return None
                starts.append(found + number)
                number += len(lines.ends)
                rest = lines.tail + rest
            if not chunk:
                return np.concatenate(starts)

    def _starts(self, lines: "_Lines") -> np.ndarray | None:
        """Which lines of a block begin a record; None as `record_lines`."""
        for first, last in lines.spans:
            if (
                self._state(lines.text(first)) != "open"
                or self._state_inside(lines.text(last)) != "whole"
                or self._is_too_wide(lines.text(first, last))
            ):
                return None
        content, begins, stops = lines.content, lines.begins, lines.stops
        is_start = ~lines.continues
        if self.width > 1:
            is_start &= stops > begins
        ends_with = content[stops - 1]
        is_suspect = (ends_with == self.delimiter[0]) | (ends_with == _SPACE)
        if self.quote:
            mark = self.quote[0]
            is_suspect |= (ends_with == mark) & (content[stops - 2] == mark)
        # a record of several lines was looked at as a whole
        is_suspect &= is_start & ~np.append(lines.continues[1:], False)
        if is_suspect.any():
            # with no more delimiters than there should be, even in quotes, nothing is too wide
            delimiters = np.flatnonzero(content == self.delimiter[0])
            until = np.searchsorted(delimiters, lines.ends)
            is_suspect &= np.diff(until, prepend=0) >= self.width
        if any(self._is_too_wide(lines.text(line)) for line in np.flatnonzero(is_suspect)):
            return None
        if not all(
            self._balanced(lines.text(line).rstrip(b"\r\n"))
            for line in np.flatnonzero(lines.has_spaced_quote & is_start)
            if not lines.continues[line + 1 : line + 2].any()
        ):
            return None
        return np.flatnonzero(is_start)

    def _is_too_wide(self, line: bytes) -> bool:
        quotes = line.count(self.quote) if self.quote else 0
        if quotes == 0:
            return line.count(self.delimiter) >= self.width
        # every field quoted and no other quote in the record: cheaper to see than to parse
        if quotes == 2 * self.width and line.startswith(self.quote):
            between = self.quote + self.delimiter + self.quote
            if line.count(between) == self.width - 1:
                return False
        content = line.rstrip(b"\r\n")
        if self._exact(content):
            return False
        return not self._balanced(content) or len(self._split(content)) > self.width

    def sift(self, stream: BinaryIO, skip: int, target: Path) -> Sifted:
        """Write the good records after `skip` header lines to `target`; tell the rest."""
        lines = array("q")
        rejects: list[Reject] = []
        longest = 0
        with target.open("wb") as out:
            for number, record, broken in self._records(stream, skip):
                row = record if broken else self._unwrapped(record)
                verdict = broken or self._fault(row)
                if verdict:
                    rejects.append(Reject.of_bytes(number, *verdict, record))
                    continue
                out.write(self._normal(row) + b"\n")
                lines.append(number)
                longest = max(longest, len(row))
        return Sifted(lines, rejects, longest)

    def _records(
        self, stream: BinaryIO, skip: int
    ) -> Iterator[tuple[int, bytes, tuple[str, str] | None]]:
        """Yield (first line, text without line end, what broke its quoting)."""
        again: deque[bytes] = deque()
        number = 0

        def next_line() -> bytes:
            return again.popleft() if again else stream.readline()

        while line := next_line():
            number += 1
            if number <= skip:
                continue
            first, held, size = number, [line], len(line)
            state = self._state(line)
            while state == "open":
                more = next_line()
                held.append(more)
                size += len(more)
                is_over = not more or size > MAX_RECORD_BYTES
                state = "invalid" if is_over else self._state_inside(more)
            if state == "invalid":
                again.extendleft(reversed([each for each in held[1:] if each]))
                yield first, line, self._quoting_fault(line)
                continue
            number += len(held) - 1
            record = b"".join(held).rstrip(b"\r\n")
            if record or self.width == 1:
                yield first, record, None

    def _state(self, text: bytes) -> str:
        if not self.quote or self.quote not in text:
            return "whole"
        content = text.rstrip(b"\r\n")
        if self._balanced(content):
            return "whole"
        return "open" if self._open(text) else "invalid"

    def _state_inside(self, line: bytes) -> str:
        """As `_state`, of a line that begins inside quotes."""
        end = self._inside.match(line).end()
        if end == len(line):
            return "open"
        closing = self._closing.match(line, end)
        return self._state(line[closing.end() + 1 :]) if closing else "invalid"

    def _quoting_fault(self, line: bytes) -> tuple[str, str]:
        if self._open(line):
            return "unterminated_quote", "a quoted field has no closing quote before the next row"
        return (
            "text_after_quote",
            "a closing quote is not followed by a delimiter or the end of the line",
        )

    def _fault(self, record: bytes) -> tuple[str, str] | None:
        if len(record) > MAX_RECORD_BYTES:
            return "line_too_long", f"{len(record)} bytes, at most {MAX_RECORD_BYTES} are read"
        found = self._count(record)
        if found > self.width:
            return "too_many_fields", f"{found} fields, the header has {self.width}"
        if found < self.width and not self.allow_padding:
            return "too_few_fields", f"{found} fields, the header has {self.width}"
        return None

    def _unwrapped(self, record: bytes) -> bytes:
        may_be_wrapped = self.escapes_by_doubling and not self.allow_padding and self.width > 1
        if not (self.quote and may_be_wrapped and record.startswith(self.quote)):
            return record
        if not record.endswith(self.quote) or self._count(record) != 1:
            return record
        inner = record[1:-1].replace(self.quote * 2, self.quote)
        is_row = b"\n" not in inner and self._balanced(inner) and self._count(inner) == self.width
        return inner if is_row else record

    def _count(self, record: bytes) -> int:
        if not self.quote or self.quote not in record:
            return record.count(self.delimiter) + 1
        if not self.allow_padding and self._exact(record):
            return self.width
        return len(self._split(record))

    def _split(self, record: bytes) -> list[bytes]:
        fields, at = [], 0
        while True:
            match = self._field.match(record, at)
            fields.append(match[0])
            at = match.end() + 1
            if at > len(record):
                return fields

    def _normal(self, record: bytes) -> bytes:
        """Write a good record as DuckDB reads it: padded, a stray carriage return quoted."""
        if b"\r" in record and self.quote:
            quoted = self.quote in record
            fields = self._split(record) if quoted else record.split(self.delimiter)
            record = self.delimiter.join(
                self.quote + field + self.quote
                if b"\r" in field and not field.lstrip(b" ").startswith(self.quote)
                else field
                for field in fields
            )
        missing = self.width - self._count(record) if self.allow_padding else 0
        return record + self.delimiter * missing


def _marks(dialect: Dialect) -> tuple[str, str, str]:
    return dialect.delimiter, dialect.quote, dialect.escape
