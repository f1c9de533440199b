"""What every format hands to the loader: a relation, and the records that are not in it."""

from dataclasses import dataclass

SHOWN_BYTES = 4096


@dataclass(frozen=True)
class Reject:
    """A record that is not loaded: the line it begins on, why, and the beginning of its text."""

    line: int
    reason: str
    detail: str
    text: str

    @classmethod
    def of_bytes(cls, line: int, reason: str, detail: str, content: bytes) -> "Reject":
        """Cut the text of a record at 4 kB."""
        return cls(
            line, reason, detail, content[:SHOWN_BYTES].decode(errors="ignore").rstrip("\r\n")
        )


@dataclass(frozen=True)
class Reading:
    """A relation that DuckDB can select a file's records from.

    `fields` are the SQL expressions of the file's fields in header order, `row` that of the
    physical line; `expected_count` is how many records the relation must yield.
    """

    relation: str
    parameters: tuple[object, ...]
    fields: tuple[str, ...]
    row: str
    expected_count: int
    rejects: tuple[Reject, ...] = ()
