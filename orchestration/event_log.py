"""Dagster's event log in SQLite, without a new database engine for every event.

A refresh writes thousands of events. Dagster 1.13 makes an engine for each, which compiles each
statement anew: more CPU than the events themselves. Files and tables are Dagster's own, so its page
shows the runs of the command line as it shows others.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from dagster._serdes import ConfigurableClassData
from sqlalchemy import Connection, Engine, create_engine


class PooledSqliteEventLogStorage(SqliteEventLogStorage):
    """One engine per file, for as long as the storage lives."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        """`base_dir` is the folder of the files, as for Dagster's own class."""
        self._engines: dict[str, Engine] = {}
        super().__init__(base_dir, inst_data)

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: dict[str, str]
    ) -> "PooledSqliteEventLogStorage":
        """Dagster's way to make one from its configuration."""
        return cls(inst_data=inst_data, **config_value)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        with self._db_lock:
            if shard not in self._engines:
                self._engines[shard] = create_engine(
                    self.conn_string_for_shard(shard),
                    connect_args={
                        "timeout": SQLITE_BUSY_TIMEOUT_SECONDS,
                        "check_same_thread": False,
                    },
                )
            engine = self._engines[shard]
            if shard not in self._initialized_dbs:
                self._initdb(engine)
                self._initialized_dbs.add(shard)
            with engine.begin() as connection:
                yield connection

    def dispose(self) -> None:
        """Close the files."""
        super().dispose()
        for engine in self._engines.values():
            engine.dispose()
