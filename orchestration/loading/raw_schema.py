"""The raw schema of the warehouse: contracted tables and the bookkeeping beside them."""

from collections.abc import Iterable

import duckdb

from orchestration.loading.contracts import SourceContract
from orchestration.loading.extract_headers import LINEAGE_COLUMNS

SCHEMA = "raw"

BOOKKEEPING = {
    # one row per file whose records are (or, quarantined, would be) in raw
    "_files": {
        "source_file": "varchar",
        "source_system": "varchar",
        "source_object": "varchar",
        "sha256": "varchar",
        "size_bytes": "bigint",
        "modified_at": "timestamp",
        "extracted_at": "timestamp",
        "record_count": "bigint",
        "loaded_count": "bigint",
        "rejected_count": "bigint",
        "state": "varchar",
        "reason": "varchar",
        "batch_id": "varchar",
        "loaded_at": "timestamp",
        # a file is read again when its bytes or the contract's reading changed, hashed again when
        # its stat did
        "contract_sha256": "varchar",
        "stat_signature": "varchar",
    },
    "_quarantine": {
        "source_system": "varchar",
        "source_object": "varchar",
        "source_file": "varchar",
        "source_line": "bigint",
        "reason": "varchar",
        "detail": "varchar",
        "line_text": "varchar",
        "batch_id": "varchar",
    },
    # which batch wrote which table; a rewrite took rows away, those of a file that was replaced
    "_batches": {
        "batch_id": "varchar",
        "table_name": "varchar",
        "is_rewrite": "boolean",
    },
    "_columns": {
        "source_system": "varchar",
        "source_object": "varchar",
        "source_file": "varchar",
        "column_name": "varchar",
        "status": "varchar",
    },
}


def quoted(identifier: str) -> str:
    """Quote an identifier for SQL."""
    return '"' + identifier.replace('"', '""') + '"'


def qualified(table: str) -> str:
    """Return the quoted name of a table of the raw schema."""
    return f"{SCHEMA}.{quoted(table)}"


def drop_raw(con: duckdb.DuckDBPyConnection) -> None:
    """Drop all that was loaded."""
    con.execute(f"drop schema if exists {SCHEMA} cascade")


def create_raw(con: duckdb.DuckDBPyConnection, contracts: Iterable[SourceContract]) -> None:
    """Create the bookkeeping and every contracted table, add columns that a contract gained."""
    con.execute(f"create schema if not exists {SCHEMA}")
    for table, columns in BOOKKEEPING.items():
        _create_table(con, table, columns)
    for contract in contracts:
        columns = {column.name: "varchar" for column in contract.columns}
        _create_table(con, contract.table, columns | LINEAGE_COLUMNS)


def add_columns(con: duckdb.DuckDBPyConnection, table: str, names: Iterable[str]) -> None:
    """Add text columns to a raw table where it does not have them."""
    present = _column_names(con, table)
    for name in names:
        if name not in present:
            con.execute(f"alter table {qualified(table)} add column {quoted(name)} varchar")


def _create_table(con: duckdb.DuckDBPyConnection, table: str, columns: dict[str, str]) -> None:
    present = _column_names(con, table)
    if not present:
        definition = ", ".join(f"{quoted(name)} {data_type}" for name, data_type in columns.items())
        con.execute(f"create table {qualified(table)} ({definition})")
        return
    for name, data_type in columns.items():
        if name not in present:
            con.execute(f"alter table {qualified(table)} add column {quoted(name)} {data_type}")


def _column_names(con: duckdb.DuckDBPyConnection, table: str) -> set[str]:
    found = con.execute(
        """
        select column_name
        from duckdb_columns()
        where database_name = current_database() and schema_name = ? and table_name = ?
        """,
        [SCHEMA, table],
    ).fetchall()
    return {name for (name,) in found}
