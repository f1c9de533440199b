"""The bytes of a text extract: whole, in the declared encoding, and really text.

DuckDB loads half of a gz that was cut in half and keeps NUL bytes without a word, so every file is
read through once before anything of it is loaded. The same pass counts what the load is checked
against afterwards.
"""

import codecs
import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from orchestration.loading.extract_files import ExtractFile

CHUNK_BYTES = 1 << 20

_FOREIGN_STARTS = {
    b"PK\x03\x04": "a zip archive (an Excel workbook?)",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"PAR1": "a Parquet file",
    b"\x1f\x8b": "gzip data (name it .gz)",
    b"BZh": "bzip2 data",
    b"\x28\xb5\x2f\xfd": "zstandard data",
    b"%PDF": "a PDF document",
}
_HTML_STARTS = (b"<!doctype html", b"<html")


class FileFaultError(Exception):
    """The file as a whole cannot be used: `reason` is a stable word, `detail` is for people."""

    def __init__(self, reason: str, detail: str) -> None:
        """Say why."""
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True)
class TextFacts:
    """Counts over the text of a file, as UTF-8; `line_count` is of physical lines."""

    line_count: int
    quote_count: int
    delimiter_count: int
    has_lone_cr: bool
    has_lf: bool
    has_bom: bool


def check_text(
    file: ExtractFile, encoding: str, *, quote: str = "", delimiter: str = ""
) -> TextFacts:
    """Read a file to its end; raise FileFaultError when it is not whole text in `encoding`."""
    if file.size == 0:
        raise FileFaultError("empty_file", "the file has no bytes")
    lines = quotes = delimiters = returns = pairs = size = 0
    last = b""
    for chunk in utf8_chunks(file, encoding):
        if b"\0" in chunk:
            line = lines + chunk.count(b"\n", 0, chunk.index(b"\0")) + 1
            raise FileFaultError("nul_bytes", f"there is a NUL byte on line {line}")
        size += len(chunk)
        lines += count_byte(chunk, "\n")
        if b"\r" in chunk or last == b"\r":
            returns += chunk.count(b"\r")
            pairs += chunk.count(b"\r\n") + (last == b"\r" and chunk[:1] == b"\n")
        quotes += count_byte(chunk, quote) if quote else 0
        delimiters += count_byte(chunk, delimiter) if delimiter else 0
        last = chunk[-1:]
    if size == 0:
        raise FileFaultError("empty_file", "the file has no text")
    return TextFacts(
        line_count=lines + (last != b"\n"),
        quote_count=quotes,
        delimiter_count=delimiters,
        has_lone_cr=returns != pairs,
        has_lf=lines > 0,
        has_bom=is_utf8(encoding) and _starts_with_bom(file),
    )


def utf8_chunks(file: ExtractFile, encoding: str) -> Iterator[bytes]:
    """Yield the text of a file as UTF-8 without byte order mark; raise FileFaultError if broken."""
    decoder = codecs.getincrementaldecoder(encoding)()
    keeps_bytes = is_utf8(encoding)
    offset = lines = 0
    at_start, pending = True, b""
    for chunk in _raw_chunks(file):
        if at_start:
            _refuse_foreign(chunk, file.format)
        # ASCII needs no decoding, and most of every extract is ASCII
        if keeps_bytes and not pending and chunk.isascii():
            text_bytes = chunk
        else:
            text = _decode(decoder, chunk, offset - len(pending), lines, encoding)
            text_bytes = chunk if keeps_bytes else text.encode()
            pending = decoder.getstate()[0]
        if at_start:
            text_bytes = text_bytes.removeprefix(codecs.BOM_UTF8)
            at_start = False
        offset += len(chunk)
        lines += count_byte(text_bytes, "\n")
        if text_bytes:
            yield text_bytes
    _decode(decoder, b"", offset - len(pending), lines, encoding, final=True)


def count_byte(text: bytes, mark: str) -> int:
    """Count an ASCII character; of one that is frequent `bytes.count` takes seven times as long."""
    return int(np.count_nonzero(np.frombuffer(text, np.uint8) == ord(mark)))


def is_utf8(encoding: str) -> bool:
    """Tell whether DuckDB can read text of this encoding as it is."""
    return codecs.lookup(encoding).name in ("utf-8", "utf-8-sig", "ascii")


def write_utf8(
    file: ExtractFile, encoding: str, target: Path, *, has_mac_lines: bool = False
) -> Path:
    """Write a file as plain UTF-8 without byte order mark, lines ended by LF where CR did."""
    with target.open("wb") as stream:
        for chunk in utf8_chunks(file, encoding):
            stream.write(chunk.replace(b"\r", b"\n") if has_mac_lines else chunk)
    return target


def open_bytes(path: Path) -> BinaryIO:
    """Open a file for reading, through gzip when it is named so."""
    return gzip.open(path, "rb") if path.suffix.lower() == ".gz" else path.open("rb")


def _raw_chunks(file: ExtractFile) -> Iterator[bytes]:
    with gzip.open(file.path, "rb") if file.is_gzip else file.path.open("rb") as stream:
        while True:
            try:
                chunk = stream.read(CHUNK_BYTES)
            except EOFError as error:
                raise FileFaultError(
                    "truncated_gzip", "the compressed data ends before its end mark"
                ) from error
            except (gzip.BadGzipFile, zlib.error) as error:
                raise FileFaultError("corrupt_gzip", str(error)) from error
            if not chunk:
                return
            yield chunk


def _decode(
    decoder: codecs.IncrementalDecoder,
    chunk: bytes,
    offset: int,
    lines: int,
    encoding: str,
    *,
    final: bool = False,
) -> str:
    try:
        return decoder.decode(chunk, final)
    except UnicodeDecodeError as error:
        line = lines + error.object.count(b"\n", 0, error.start) + 1
        found = error.object[error.start]
        raise FileFaultError(
            "wrong_encoding",
            f"byte 0x{found:02x} at offset {offset + error.start} (line {line}) is not {encoding}",
        ) from error
    except UnicodeError as error:  # UTF-16 and UTF-32 without a byte order mark
        raise FileFaultError("wrong_encoding", f"not {encoding}: {error}") from error


def _refuse_foreign(chunk: bytes, format_name: str) -> None:
    for start, description in _FOREIGN_STARTS.items():
        if chunk.startswith(start):
            raise FileFaultError(f"not_a_{format_name}_file", f"the file is {description}")
    if chunk[:200].lstrip().lower().startswith(_HTML_STARTS):
        raise FileFaultError(f"not_a_{format_name}_file", "the file is a web page")


def _starts_with_bom(file: ExtractFile) -> bool:
    with gzip.open(file.path, "rb") if file.is_gzip else file.path.open("rb") as stream:
        return stream.read(3) == codecs.BOM_UTF8
