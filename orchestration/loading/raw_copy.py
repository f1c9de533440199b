"""A copy of the raw tables in another DuckDB file, for an analyst's own dbt target."""

from pathlib import Path

import duckdb

from orchestration.loading.raw_schema import SCHEMA, qualified, quoted


def copy_raw(source: Path, target: Path) -> None:
    """Make the raw schema of `target` equal to that of `source`, in one transaction."""
    if not source.is_file():
        raise FileNotFoundError(f"there is no warehouse at {source}")
    target.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(target)) as con:
        path = str(source).replace("'", "''")
        con.execute(f"attach '{path}' as copied_warehouse (read_only)")
        tables = con.execute(
            "select table_name from duckdb_tables() "
            "where database_name = ? and schema_name = ? order by table_name",
            ["copied_warehouse", SCHEMA],
        ).fetchall()
        con.execute("begin")
        con.execute(f"drop schema if exists {SCHEMA} cascade")
        con.execute(f"create schema {SCHEMA}")
        for (table,) in tables:
            con.execute(
                f"create table {qualified(table)} as from copied_warehouse.{SCHEMA}.{quoted(table)}"
            )
        con.execute("commit")
