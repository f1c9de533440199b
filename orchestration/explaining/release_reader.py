"""A release as rows of named values, and the places of the records that they come from."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import duckdb

from orchestration.duckdb_files import attached, has_table
from orchestration.publishing.releases import Release, ReleaseError

Row = dict[str, Any]
SourceRecord = tuple[str, str, str]
SOURCE_COLUMNS = ("source_system", "source_object", "source_record_id")
PLACES = "marts.bridge_source_records"


class NotInReleaseError(ReleaseError):
    """What was asked for is not in the release, or is not one thing; the message says so."""


class ReleaseReader:
    """Reads one release; tables are named 'schema.table'."""

    def __init__(self, release: Release, connection: duckdb.DuckDBPyConnection) -> None:
        """Take a connection whose default database is the release's file."""
        self.release = release
        self._connection = connection

    def has(self, table: str) -> bool:
        """Say whether this release has a table: later versions have more of them."""
        return has_table(self._connection, "release", table)

    def rows(self, query: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> list[Row]:
        """The result of a query, one mapping per row in the order of the columns."""
        result = self._connection.execute(query, parameters)
        names = [column[0] for column in result.description]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    def places(self, records: Iterable[SourceRecord]) -> dict[SourceRecord, tuple[str, int]]:
        """File and line of source records; those that the release does not know are left out."""
        wanted = sorted(set(records))
        if not wanted or not self.has(PLACES):
            return {}
        found = self.rows(
            "select places.* from (select unnest(?) as source_system, unnest(?) as source_object,"
            f" unnest(?) as source_record_id) as wanted inner join {PLACES} as places"
            " using (source_system, source_object, source_record_id)",
            [list(values) for values in zip(*wanted, strict=True)],
        )
        return {_record(row): (row["source_file"], row["source_line"]) for row in found}

    def with_sources(self, rows: Iterable[Row]) -> list[Row]:
        """The rows with `source_file` and `source_line` beside the source record that they name."""
        rows = list(rows)
        records = [_record(row) for row in rows]
        places = self.places(record for record in records if None not in record)
        return [
            {**row, **dict(zip(("source_file", "source_line"), place, strict=True))}
            for row, record in zip(rows, records, strict=True)
            for place in [places.get(record, (None, None))]
        ]


@contextmanager
def open_release(release: Release) -> Iterator[ReleaseReader]:
    """Open the DuckDB file of a release, as any reader does: read-only.

    Its "now" is the variable as_of of the connection.
    """
    with attached(release=release.database) as connection:
        connection.execute("use release")
        # a manifest has whole seconds: "now" is the last moment of its second
        connection.execute(
            "set variable as_of = (select cast($as_of as timestamp) + to_microseconds(999999))",
            {"as_of": release.manifest.get("as_of")},
        )
        yield ReleaseReader(release, connection)


def _record(row: Row) -> SourceRecord:
    return row["source_system"], row["source_object"], row["source_record_id"]
