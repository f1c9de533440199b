"""The event log writes what Dagster's own storage reads, with one engine per file and no more."""

import sqlite3
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from dagster import (
    AssetKey,
    AssetMaterialization,
    DagsterEvent,
    DagsterEventType,
    EventLogEntry,
    EventRecordsFilter,
)
from dagster._core.events import StepMaterializationData
from dagster._core.storage.event_log import SqliteEventLogStorage
from sqlalchemy import Engine

from orchestration.event_log import PooledSqliteEventLogStorage

RUNS = ("run-1", "run-2")
EVENTS, THREADS = 30, 8


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "runs"


@pytest.fixture
def storage(folder: Path) -> Iterator[PooledSqliteEventLogStorage]:
    storage = PooledSqliteEventLogStorage(str(folder))
    yield storage
    storage.dispose()


@pytest.fixture
def engines(storage: PooledSqliteEventLogStorage, monkeypatch: pytest.MonkeyPatch) -> Counter:
    """How many engines anybody made for each file since the storage stands, by file name.

    The index over all runs has its engine by then.
    """
    made: Counter = Counter()
    make = Engine.__init__

    def count(engine: Engine, pool, dialect, url, *rest, **options) -> None:
        made[Path(url.database).name] += 1
        make(engine, pool, dialect, url, *rest, **options)

    monkeypatch.setattr(Engine, "__init__", count)
    return made


def message(run: str, text: str) -> EventLogEntry:
    return EventLogEntry(
        error_info=None, level="info", user_message=text, run_id=run, timestamp=1_767_225_600.0
    )


def materialization(run: str, table: str) -> EventLogEntry:
    """An event that Dagster keeps twice: with its run, and in the index over all runs."""
    event = DagsterEvent(
        event_type_value=DagsterEventType.ASSET_MATERIALIZATION.value,
        job_name="refresh_job",
        event_specific_data=StepMaterializationData(AssetMaterialization(AssetKey(table))),
    )
    return EventLogEntry(
        error_info=None,
        level="debug",
        user_message=f"made {table}",
        run_id=run,
        timestamp=1_767_225_600.0,
        dagster_event=event,
    )


def test_dagsters_own_storage_reads_every_event_in_its_order(storage, folder):
    stored = {
        run: [message(run, f"{run} begins")]
        + [materialization(run, f"table_{number}") for number in range(5)]
        + [message(run, f"{run} ends")]
        for run in RUNS
    }
    for events in zip(*stored.values(), strict=True):
        for event in events:
            storage.store_event(event)

    # while the writer is open, as a page reads that shows a refresh at work
    reader = SqliteEventLogStorage(str(folder))
    assert {run: list(reader.get_logs_for_run(run)) for run in RUNS} == stored
    records = reader.get_event_records(
        EventRecordsFilter(DagsterEventType.ASSET_MATERIALIZATION), ascending=True
    )
    assert [(record.run_id, record.asset_key.to_user_string()) for record in records] == [
        (run, f"table_{number}") for number in range(5) for run in RUNS
    ]


def test_a_file_has_one_engine_however_many_events_it_gets(storage, engines):
    for number in range(EVENTS):
        for run in RUNS:
            storage.store_event(materialization(run, f"table_{number}"))
    assert engines == {"run-1.db": 1, "run-2.db": 1}


def test_threads_lose_no_event(storage, engines, folder):
    """Steps of one run, and of two, store at the same time; each finds its events in its order."""

    def store(thread: int) -> None:
        for number in range(EVENTS):
            storage.store_event(message(RUNS[thread % 2], f"{thread} {number}"))

    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(store, range(THREADS)))

    assert engines == {"run-1.db": 1, "run-2.db": 1}
    reader = SqliteEventLogStorage(str(folder))
    for index, run in enumerate(RUNS):
        told = [entry.user_message for entry in reader.get_logs_for_run(run)]
        assert len(told) == EVENTS * THREADS // 2
        for thread in range(index, THREADS, 2):
            mine = [text for text in told if text.startswith(f"{thread} ")]
            assert mine == [f"{thread} {number}" for number in range(EVENTS)]


def test_no_file_is_held_once_the_storage_is_disposed_of(storage, folder):
    storage.store_event(materialization("run-1", "table_0"))
    assert sorted(file.name for file in folder.glob("*.db")) == ["index.db", "run-1.db"]

    storage.dispose()

    # the last connection takes the write-ahead log with it, and only where no other one is open
    # does SQLite leave that mode
    assert list(folder.glob("*-wal")) == []
    for file in folder.glob("*.db"):
        connection = sqlite3.connect(file, timeout=0)
        assert connection.execute("pragma journal_mode = delete").fetchone() == ("delete",)
        connection.execute("begin exclusive")
        connection.close()
