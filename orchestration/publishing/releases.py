"""Releases: a folder that never changes once published, and the one link that says which counts."""

import contextlib
import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock

from orchestration.publishing.history import carry_history, catch_up, keep_history
from orchestration.publishing.lead_ids import compare_lead_ids
from orchestration.publishing.release_contents import (
    column_types,
    export_parquet,
    row_counts,
    schema_changes,
    settle,
    verify_contents,
)
from orchestration.settings import Settings

# The file name is constant because DuckDB names the catalog after it.
DATABASE_NAME = "lead_ledger.duckdb"
MANIFEST_NAME = "manifest.json"
RELEASE_ID = re.compile(r"(\d{8}T\d{6}Z)(?:-(\d+))?")


class ReleaseError(Exception):
    """A release cannot be made, or the named one does not exist."""


@dataclass(frozen=True)
class Release:
    """One published state of the marts and reports."""

    id: str
    path: Path
    manifest: Mapping[str, Any]

    @property
    def database(self) -> Path:
        """The DuckDB file of this release."""
        return self.path / DATABASE_NAME

    @property
    def row_counts(self) -> dict[str, int]:
        """Rows by 'schema.table'."""
        return dict(self.manifest["row_counts"])


@dataclass(frozen=True)
class ReleaseFacts:
    """What a run knows about the release it makes; all of it goes into the manifest."""

    run_id: str
    started_at: datetime
    as_of: str | None = None
    version: str | None = None
    git_commit: str | None = None
    checks: Mapping[str, Any] = field(default_factory=dict)
    sources: Mapping[str, Any] = field(default_factory=dict)
    tables: tuple[Mapping[str, Any], ...] = ()
    notices: tuple[str, ...] = ()
    fingerprint: Mapping[str, Any] = field(default_factory=dict)
    reports: Mapping[str, Any] = field(default_factory=dict)


def publish(settings: Settings, facts: ReleaseFacts) -> Release:
    """Copy the closed marts file into a new release and make it the current one.

    Readers see the old release until the link is flipped, which is the last step; a crash before
    leaves it as it was. Raises ReleaseError when the marts cannot stand alone.
    """
    if not settings.marts.exists():
        raise ReleaseError(f"nothing to publish: {settings.marts} does not exist")
    releases = _releases_dir(settings)
    releases.mkdir(parents=True, exist_ok=True)
    for leftover in releases.glob(".tmp-*"):
        shutil.rmtree(leftover)
    previous = current_release(settings)
    release_id = _free_id(releases, facts.started_at)
    draft = releases / f".tmp-{release_id}"
    draft.mkdir()
    try:
        settle(settings.marts)
        _copy(settings.marts, draft / DATABASE_NAME)
        believed_at = carry_history(settings, draft / DATABASE_NAME)
        problems = verify_contents(draft / DATABASE_NAME)
        if problems:
            raise ReleaseError("the marts cannot be published: " + "; ".join(problems))
        export_parquet(draft / DATABASE_NAME, draft / "parquet")
        landing = str(settings.landing)
        # another landing folder is another company: none of its leads are ours
        is_same = previous and previous.manifest["landing"] == landing
        manifest = {
            "release_id": release_id,
            "landing": landing,
            # the time at which lead_stage_events_history has the events of this release
            "believed_at": believed_at.isoformat() if believed_at else None,
            "lead_ids": _lead_ids(draft / DATABASE_NAME, previous if is_same else None),
            **_manifest(draft, facts, previous),
        }
        text = json.dumps(manifest, indent=2, sort_keys=False) + "\n"
        (draft / MANIFEST_NAME).write_text(text, encoding="utf-8")
        _sync_tree(draft)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    path = releases / release_id
    with _flip_lock(settings):
        draft.rename(path)
        _sync(releases)
        _flip(settings, release_id)
        keep_history(settings)
        _prune(settings)
    return Release(release_id, path, manifest)


def list_releases(settings: Settings) -> list[Release]:
    """All published releases, the newest first."""
    releases = _releases_dir(settings)
    if not releases.is_dir():
        return []
    found = [
        Release(path.name, path, json.loads((path / MANIFEST_NAME).read_text(encoding="utf-8")))
        for path in releases.iterdir()
        if RELEASE_ID.fullmatch(path.name) and (path / MANIFEST_NAME).is_file()
    ]
    return sorted(found, key=lambda release: _order(release.id), reverse=True)


def current_release(settings: Settings) -> Release | None:
    """The release that readers see, or None before the first."""
    try:
        current_id = (settings.published / "current").readlink().name
    except FileNotFoundError:
        return None
    return next((item for item in list_releases(settings) if item.id == current_id), None)


def find_release(settings: Settings, release_id: str | None = None) -> Release:
    """The named release, else the current one; raises ReleaseError where there is none."""
    if release_id is None:
        current = current_release(settings)
        if current is None:
            raise ReleaseError("there is no release yet")
        return current
    releases = list_releases(settings)
    named = [item for item in releases if item.id == release_id]
    if not named:
        known = ", ".join(item.id for item in releases) or "none"
        raise ReleaseError(f"no release {release_id!r}; there are: {known}")
    return named[0]


def release_before(settings: Settings, release: Release | None) -> Release:
    """The newest of the older releases; raises ReleaseError where there is none."""
    if release is None:
        raise ReleaseError("there is no release yet")
    for item in list_releases(settings):
        if _order(item.id) < _order(release.id):
            return item
    raise ReleaseError(f"there is no release before {release.id}")


def rollback(settings: Settings, release_id: str | None = None) -> Release:
    """Make the named release, else the one before the current one, the current one."""
    with _flip_lock(settings):
        current = current_release(settings)
        if release_id is None:
            target = release_before(settings, current)
        else:
            target = find_release(settings, release_id)
        # what is taken back was published all the same
        catch_up(settings, current.database if current else None)
        _flip(settings, target.id)
    return target


def _manifest(draft: Path, facts: ReleaseFacts, previous: Release | None) -> dict[str, Any]:
    schema = column_types(draft / DATABASE_NAME)
    files = sorted(path for path in draft.rglob("*") if path.is_file())
    return {
        "run_id": facts.run_id,
        "as_of": facts.as_of,
        "started_at": _text(facts.started_at),
        "published_at": _text(datetime.now(UTC)),
        "version": facts.version,
        "git_commit": facts.git_commit,
        "row_counts": row_counts(draft / DATABASE_NAME),
        "checks": dict(facts.checks),
        "sources": dict(facts.sources),
        "tables": [dict(table) for table in facts.tables],
        "notices": list(facts.notices),
        "schema": schema,
        "schema_changes": {
            "since": previous.id if previous else None,
            **schema_changes(previous.manifest["schema"] if previous else schema, schema),
        },
        "files": {
            path.relative_to(draft).as_posix(): {
                "sha256": _sha256(path),
                "size_bytes": path.stat().st_size,
            }
            for path in files
        },
        "reports": dict(facts.reports),
        "fingerprint": dict(facts.fingerprint),
    }


def _lead_ids(database: Path, previous: Release | None) -> dict[str, Any]:
    """How many leads changed their id since the last release; `since` is null without one."""
    counts = compare_lead_ids(previous.database, database) if previous else None
    return {"since": previous.id if previous and counts else None, **(counts or {})}


def _releases_dir(settings: Settings) -> Path:
    return settings.published / "releases"


def _free_id(releases: Path, started_at: datetime) -> str:
    base = started_at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    number, release_id = 1, base
    while (releases / release_id).exists():
        number += 1
        release_id = f"{base}-{number}"
    return release_id


def _order(release_id: str) -> tuple[str, int]:
    match = RELEASE_ID.fullmatch(release_id)
    if match is None:
        raise ReleaseError(f"{release_id!r} is not a release id")
    return match[1], int(match[2] or 1)


@contextlib.contextmanager
def _flip_lock(settings: Settings) -> Iterator[None]:
    """Held for moments: a rollback during a refresh never meets a release that is being pruned."""
    settings.published.mkdir(parents=True, exist_ok=True)
    with FileLock(settings.published / ".flip.lock", timeout=60):
        yield


def _flip(settings: Settings, release_id: str) -> None:
    _replace_link(settings.published / "current", Path("releases") / release_id)
    # Goes through the link above, so it is right for ever and made once.
    database = settings.published / "current.duckdb"
    if not database.is_symlink():
        _replace_link(database, Path("current") / DATABASE_NAME)
    _sync(settings.published)


def _replace_link(link: Path, target: Path) -> None:
    beside = link.with_name(f".{link.name}.new")
    beside.unlink(missing_ok=True)
    beside.symlink_to(target)
    beside.replace(link)


def _prune(settings: Settings) -> None:
    current = current_release(settings)
    for old in list_releases(settings)[settings.kept_releases :]:
        if current and old.id == current.id:
            continue
        # Out of the list in one step, so that nobody meets a half-deleted release.
        doomed = old.path.with_name(f".tmp-{old.id}")
        old.path.rename(doomed)
        shutil.rmtree(doomed)


def _copy(source: Path, target: Path) -> None:
    """Copy by reference where the file system can, which takes no time and no space."""
    if hasattr(os, "copy_file_range"):
        try:
            with source.open("rb") as reader, target.open("wb") as writer:
                remaining = source.stat().st_size
                while remaining > 0:
                    copied = os.copy_file_range(reader.fileno(), writer.fileno(), remaining)
                    if copied == 0:
                        break
                    remaining -= copied
            if remaining == 0:
                return
        except OSError:
            pass
    shutil.copyfile(source, target)


def _sync_tree(folder: Path) -> None:
    for path in folder.rglob("*"):
        _sync(path)
    _sync(folder)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")
