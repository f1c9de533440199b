"""The SQLAlchemy dialect `duckdb+gx`, through which Great Expectations reads a DuckDB file.

GX knows no DuckDB and breaks on it in two ways: it fetches rows after it has closed the
connection, while DuckDB streams them, and a pooled engine keeps the file's lock after the gate.
Both are cured with SQLAlchemy's own hooks, without touching GX.
"""

from pathlib import Path
from typing import Any

from duckdb_sqlalchemy import Dialect
from sqlalchemy import URL
from sqlalchemy.dialects import registry
from sqlalchemy.engine.cursor import FullyBufferedCursorFetchStrategy
from sqlalchemy.pool import NullPool, Pool


class BufferingExecutionContext(Dialect.execution_ctx_cls):
    """Takes every row at once, so that a result outlives its connection."""

    def post_exec(self) -> None:
        """Replace the streaming fetch by a buffer."""
        super().post_exec()
        if self.cursor.description:
            self.cursor_fetch_strategy = FullyBufferedCursorFetchStrategy(
                self.cursor,
                alternate_description=self.cursor.description,
                initial_buffer=self.cursor.fetchall(),
            )


class GateDialect(Dialect):
    """DuckDB that only reads, buffers its results and keeps no connection open."""

    driver = "gx"
    execution_ctx_cls = BufferingExecutionContext
    # SQLAlchemy wants this said again on every dialect class
    supports_statement_cache = True

    @classmethod
    def get_pool_class(cls, url: URL) -> type[Pool]:
        """No pool: a connection at rest would hold the file's lock against the next writer."""
        return NullPool

    def connect(self, *cargs: Any, **cparams: Any) -> Any:
        """Open the file read-only, whatever the URL asks for."""
        return super().connect(*cargs, **{**cparams, "read_only": True})


def register() -> None:
    """Make `duckdb+gx` known to SQLAlchemy; calling it again changes nothing."""
    registry.register("duckdb.gx", __name__, GateDialect.__name__)


def connection_url(database: Path) -> str:
    """`duckdb+gx:////absolute/file.duckdb`, escaped where a path needs it."""
    return URL.create("duckdb+gx", database=str(database.resolve())).render_as_string()
