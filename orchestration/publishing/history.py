"""What past releases said: a file of its own that a release extends and nothing else changes.

dbt's snapshot writes a draft of it. The draft becomes the history when its release becomes the
current one, so what a run believed that was never published is forgotten. Every release carries
the whole history, from which a history that is behind is made again.
"""

import os
import shutil
from datetime import datetime
from pathlib import Path

from orchestration.duckdb_files import attached, has_table
from orchestration.settings import Settings

HISTORY_TABLE = "marts.lead_stage_events_history"


def open_history(settings: Settings, current_release: Path | None) -> None:
    """Start a draft with all that was published, and nothing else.

    `current_release` is the DuckDB file of the release that readers see.
    """
    catch_up(settings, current_release)
    _remove(settings.history_draft)
    if settings.history.exists():
        shutil.copyfile(settings.history, settings.history_draft)


def catch_up(settings: Settings, current_release: Path | None) -> None:
    """Make the history again where a run was killed between its release and the history.

    Also where the file was lost: the release carries all of it.
    """
    released = last_stamp(current_release) if current_release else None
    known = last_stamp(settings.history)
    if current_release and released and (known is None or known < released):
        copy = settings.history.with_name(f".{settings.history.name}.{os.getpid()}")
        _remove(copy)
        _copy_history(current_release, copy)
        copy.replace(settings.history)


def carry_history(settings: Settings, database: Path) -> datetime | None:
    """Put the draft into the file of a release that is being made; returns its last stamp.

    A project without the snapshot has no history: then nothing is done.
    """
    stamp = last_stamp(settings.history_draft)
    if stamp:
        _copy_history(settings.history_draft, database)
    return stamp


def keep_history(settings: Settings) -> None:
    """Make the draft the history: its release is published."""
    if settings.history_draft.exists():
        descriptor = os.open(settings.history_draft, os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)
        settings.history_draft.replace(settings.history)


def last_stamp(database: Path) -> datetime | None:
    """The time of the last change of belief in a file; None where it has no history."""
    if not database.exists():
        return None
    with attached(source=database) as connection:
        if not has_table(connection, "source", HISTORY_TABLE):
            return None
        return connection.execute(
            "select greatest(max(believed_from_at), max(believed_to_at))"
            f" from source.{HISTORY_TABLE}"
        ).fetchall()[0][0]


def _remove(database: Path) -> None:
    for file in (database, database.with_name(database.name + ".wal")):
        file.unlink(missing_ok=True)


def _copy_history(source: Path, target: Path) -> None:
    with attached(target=target, source=source) as connection:
        connection.execute("create schema if not exists target.marts")
        connection.execute(
            f"create or replace table target.{HISTORY_TABLE} as from source.{HISTORY_TABLE}"
        )
