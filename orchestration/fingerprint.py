"""What a refresh would read, as digests: the same fingerprint means that nothing is new."""

import hashlib
import json
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from orchestration.settings import Settings

IGNORED_SUFFIXES = (".tmp", ".part", ".pyc")
# dbt's own output inside a project, and what an analyst's shell leaves there
IGNORED_FOLDERS = frozenset({"target", "logs", "dbt_packages", "__pycache__"})
CODE_FOLDERS = ("expectations", "orchestration")


def fingerprint(settings: Settings, as_of: str | None = None) -> dict[str, Any]:
    """Digests of the extracts and of the configuration, and the as_of argument."""
    return {
        "extracts": _extracts_digest(settings),
        "configuration": configuration_digests(settings),
        "as_of": as_of,
    }


def configuration_digests(settings: Settings) -> dict[str, str]:
    """What makes tables of extracts: a digest of each seed, part of the dbt project, code folder.

    By seeds/<file>, dbt_project/<file or folder> and the name of a code folder.
    """
    root = settings.project_root
    parts: dict[str, list[Path]] = {}
    for file in _files(settings.seeds_dir):
        parts.setdefault(f"seeds/{file.relative_to(settings.seeds_dir).as_posix()}", []).append(
            file
        )
    for file in _files(settings.dbt_project_dir):
        part = file.relative_to(settings.dbt_project_dir).parts[0]
        parts.setdefault(f"dbt_project/{part}", []).append(file)
    for folder in CODE_FOLDERS:
        parts[folder] = _files(root / folder)
    return {name: _content_digest(root, files) for name, files in sorted(parts.items())}


def project_digest(settings: Settings) -> str:
    """Digest of the content of the dbt project and the seeds."""
    files = [*_files(settings.dbt_project_dir), *_files(settings.seeds_dir)]
    return _content_digest(settings.project_root, files)


def macros_digest(settings: Settings) -> str:
    """Digest of the content of the dbt project's macros."""
    return _content_digest(settings.project_root, _files(settings.dbt_project_dir / "macros"))


def has_extracts(settings: Settings) -> bool:
    """Say whether anything lies in the landing folder; it may be absent."""
    return any(True for _ in _files(settings.landing))


def _extracts_digest(settings: Settings) -> str:
    """Path, size and mtime of each file: mtime is data, the loader takes it as extract time.

    A file that has not settled is left out, so that it is new to the next refresh even when
    the running one happens to load it.
    """
    digest = hashlib.sha256()
    newest_settled = time.time() - settings.settle_seconds
    for file in _files(settings.landing):
        try:
            stat = file.stat()
        except FileNotFoundError:
            continue  # moved on since the folder was listed
        if stat.st_mtime > newest_settled and settings.settle_seconds:
            continue
        path = file.relative_to(settings.landing).as_posix()
        digest.update(json.dumps([path, stat.st_size, stat.st_mtime_ns]).encode())
    return digest.hexdigest()


def _content_digest(root: Path, files: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for file in files:
        path = file.relative_to(root) if file.is_relative_to(root) else file
        content = hashlib.sha256(file.read_bytes()).hexdigest()
        digest.update(json.dumps([path.as_posix(), content]).encode())
    return digest.hexdigest()


def _files(folder: Path) -> list[Path]:
    """Files below a folder, sorted; hidden ones, half-written ones and caches left out."""
    if not folder.is_dir():
        return []
    found = []
    for entry in sorted(folder.iterdir()):
        if entry.name.startswith(".") or entry.suffix in IGNORED_SUFFIXES:
            continue
        if entry.is_dir() and not entry.is_symlink():
            if entry.name not in IGNORED_FOLDERS:
                found.extend(_files(entry))
        elif entry.is_file():
            found.append(entry)
    return found
