"""DuckDB files attached side by side under names of our own, whatever their own names are."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

# as old as any client that reads a release
STORAGE_VERSION = "v1.0.0"


@contextmanager
def attached(*, target: Path | None = None, **sources: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection with these files attached by their names: read-only, but for `target`."""
    with duckdb.connect() as connection:
        if target is not None:
            options = f"storage_version '{STORAGE_VERSION}'"
            connection.execute(f"attach {_text(target)} as target ({options})")
        for name, path in sources.items():
            connection.execute(f"attach {_text(path)} as {name} (read_only)")
        yield connection


def has_table(connection: duckdb.DuckDBPyConnection, database: str, table: str) -> bool:
    """Say whether an attached file has a table or view named 'schema.table'."""
    found = connection.execute(
        "select count(*) from information_schema.tables"
        " where table_catalog = ? and table_schema || '.' || table_name = ?",
        [database, table],
    ).fetchall()
    return found[0][0] > 0


def _text(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
