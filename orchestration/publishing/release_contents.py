"""What is inside the DuckDB file of a release: checked, counted, exported."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import duckdb

PUBLISHED_SCHEMAS = ("marts", "reports")
# Not the file's own name: a view that names its catalog must fail here, as it would fail for a
# reader who attaches the file under a name of their own.
ALIAS = "candidate"


def settle(database: Path) -> None:
    """Write the log into the file, so that the file alone is everything."""
    with duckdb.connect(str(database)) as connection:
        connection.execute("checkpoint")
    log = database.with_name(database.name + ".wal")
    if log.exists():
        raise duckdb.IOException(f"{log} is still there after a checkpoint")


def drop_leftovers(database: Path, relations: set[str]) -> None:
    """Drop what the project no longer builds, and what an interrupted build left behind.

    `relations` are the 'schema.table' names that it does build. Without this a table of last
    month would pass the gate in place of one that nobody builds any more.
    """
    with _attached(database, mode="read_write") as connection:
        views = _views(connection)
        for schema, name in _relations(connection):
            if f"{schema}.{name}" not in relations:
                kind = "view" if (schema, name) in views else "table"
                connection.execute(f"drop {kind} {ALIAS}.{_quoted(schema)}.{_quoted(name)}")


def verify_contents(database: Path) -> list[str]:
    """Name what keeps a file from being published; an empty list when nothing does."""
    problems = []
    with _attached(database) as connection:
        schemas = connection.execute(
            "select schema_name from duckdb_schemas() where database_name = ? and not internal"
            " union select schema_name from duckdb_tables() where database_name = ?"
            " union select schema_name from duckdb_views() where database_name = ? and not internal"
            " order by 1",
            [ALIAS, ALIAS, ALIAS],
        ).fetchall()
        problems += [
            f"schema {schema} does not belong in a release"
            for (schema,) in schemas
            if schema not in PUBLISHED_SCHEMAS
        ]
        if not _relations(connection):
            problems.append("there is no table in it")
        # A view that reads a file beside it is as broken for the reader as a foreign catalog.
        connection.execute("set enable_external_access = false")
        for schema, name in _views(connection):
            try:
                connection.execute(f"describe {ALIAS}.{_quoted(schema)}.{_quoted(name)}")
            except duckdb.Error as error:
                reason = str(error).splitlines()[0]
                problems.append(f"view {schema}.{name} does not stand alone: {reason}")
    return problems


def row_counts(database: Path) -> dict[str, int]:
    """Rows by 'schema.table', views included."""
    with _attached(database) as connection:
        return {
            f"{schema}.{name}": connection.execute(
                f"select count(*) from {ALIAS}.{_quoted(schema)}.{_quoted(name)}"
            ).fetchall()[0][0]
            for schema, name in _relations(connection)
        }


def column_types(database: Path) -> dict[str, dict[str, str]]:
    """DuckDB types by 'schema.table' and column, in column order."""
    with _attached(database) as connection:
        types: dict[str, dict[str, str]] = {}
        for table, column, data_type in connection.execute(
            "select schema_name || '.' || table_name, column_name, data_type from duckdb_columns()"
            " where database_name = ? and not internal order by 1, column_index",
            [ALIAS],
        ).fetchall():
            types.setdefault(table, {})[column] = data_type
    return types


def schema_changes(
    before: Mapping[str, Mapping[str, str]], after: Mapping[str, Mapping[str, str]]
) -> dict[str, list[str]]:
    """Compare two results of `column_types`; columns are named 'schema.table.column'."""
    shared = sorted(before.keys() & after.keys())
    return {
        "added_tables": sorted(after.keys() - before.keys()),
        "removed_tables": sorted(before.keys() - after.keys()),
        "added_columns": [
            f"{table}.{column}"
            for table in shared
            for column in after[table]
            if column not in before[table]
        ],
        "removed_columns": [
            f"{table}.{column}"
            for table in shared
            for column in before[table]
            if column not in after[table]
        ],
        "changed_types": [
            f"{table}.{column}: {before[table][column]} -> {after[table][column]}"
            for table in shared
            for column in after[table]
            if column in before[table] and before[table][column] != after[table][column]
        ],
    }


def export_parquet(database: Path, folder: Path) -> None:
    """Write each table and view to `<folder>/<schema>/<table>.parquet`."""
    with _attached(database) as connection:
        for schema, name in _relations(connection):
            target = folder / schema / f"{name}.parquet"
            target.parent.mkdir(parents=True, exist_ok=True)
            path = str(target).replace("'", "''")
            connection.execute(
                f"copy (from {ALIAS}.{_quoted(schema)}.{_quoted(name)}) to '{path}'"
                " (format parquet, compression zstd)"
            )


@contextmanager
def _attached(
    database: Path, mode: Literal["read_only", "read_write"] = "read_only"
) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        path = str(database).replace("'", "''")
        connection.execute(f"attach '{path}' as {ALIAS} ({mode})")
        yield connection


def _relations(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    tables = connection.execute(
        "select schema_name, table_name from duckdb_tables() where database_name = ?", [ALIAS]
    ).fetchall()
    return sorted([*tables, *_views(connection)])


def _views(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    return connection.execute(
        "select schema_name, view_name from duckdb_views()"
        " where database_name = ? and not internal",
        [ALIAS],
    ).fetchall()


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
