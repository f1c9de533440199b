"""Discovery: which files under the landing folder are extracts, of what, and taken when.

Extracts lie under landing/<system>[@org]/<object>/, folders below that are allowed. Names beginning
with a dot and `*.tmp` / `*.part` are files still being written, and ignored. Whatever else is not
an extract is named in a notice: nothing is left out silently.

Half-written files wait in two ways: all of them until they were left alone for a settle time, and,
where a contract names a marker (`complete_when: _SUCCESS`), those of a folder until the marker lies
beside them and is no older than they are.

Links: people link extracts into the landing folder instead of copying them, so a link to a regular
file is followed (it is only ever read). A linked folder is followed only when it stays inside the
landing folder; one that leads out is refused, because a folder can hold far more than somebody
meant to load.
"""

import hashlib
import os
import re
import stat
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from orchestration.loading.extract_headers import to_snake_case

FORMATS = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet"}

_SYSTEM_FOLDER = re.compile(r"([a-z0-9_]+)(@[a-z0-9_]+)?")
_TIME_IN_NAME = re.compile(
    r"(?<!\d)(\d{4})(-?)(\d{2})\2(\d{2})(?:[T_-]?(\d{2})[-:]?(\d{2})[-:]?(\d{2}))?(?!\d)"
)


@dataclass(frozen=True)
class ExtractFile:
    """One file in the landing folder.

    `relative` is its posix path there; `system` has the org (`salesforce@emea`).
    """

    path: Path
    relative: str
    system: str
    object: str
    format: str
    is_gzip: bool
    size: int
    modified_at: datetime
    extracted_at: datetime
    stat_signature: str

    @property
    def contract_key(self) -> tuple[str, str]:
        """The (system, object) whose contract holds for this file."""
        return self.system.partition("@")[0], self.object

    def is_unchanged(self) -> bool:
        """Tell whether the file on disk is still the one that was discovered."""
        try:
            return _signature(self.path.stat()) == self.stat_signature
        except OSError:
            return False


@dataclass(frozen=True)
class Discovery:
    """The extracts by path, the paths that are still settling, and what people should know."""

    files: tuple[ExtractFile, ...]
    unsettled: frozenset[str]
    notices: tuple[str, ...]


def discover(
    landing: Path,
    contracted: Collection[tuple[str, str]],
    *,
    now: datetime,
    settle_seconds: float = 0.0,
    markers: Mapping[tuple[str, str], str] | None = None,
) -> Discovery:
    """List the extracts of contracted objects, sorted by path.

    `markers` names, by (system, object), the file that says that its folder is complete.
    """
    files: list[ExtractFile] = []
    unsettled: list[str] = []
    notices: list[str] = []
    landing = landing.resolve()
    if not landing.is_dir():
        return Discovery((), frozenset(), (f"the landing folder {landing} does not exist",))
    for folder, system, object_name in _object_folders(landing, contracted, notices):
        marker = (markers or {}).get((system.partition("@")[0], object_name))
        for path in _walk(folder, landing, notices, frozenset()):
            if path.name == marker:
                continue
            file = _describe(path, folder, landing, system, object_name, notices)
            if file is None:
                continue
            if marker and not _is_complete(file, marker):
                unsettled.append(file.relative)
                notices.append(
                    f"{file.relative}: waits for a {marker} beside it that is no older than it"
                )
                continue
            if settle_seconds > 0 and (now - file.modified_at).total_seconds() < settle_seconds:
                unsettled.append(file.relative)
                notices.append(
                    f"{file.relative}: modified less than {settle_seconds:g} s ago, "
                    "left for the next load"
                )
                continue
            files.append(file)
    files.sort(key=lambda file: file.relative)
    return Discovery(tuple(files), frozenset(unsettled), tuple(notices))


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, read in a stream."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def extract_time(names: Iterable[str], modified_at: datetime) -> datetime:
    """Return the UTC time in the first name that has one, else `modified_at`.

    Names are those of the file and its folders, from the inside out; a time is written as
    20260131T120000Z or 2026-01-31.
    """
    found = (match for name in names for match in _TIME_IN_NAME.findall(name))
    for year, _, month, day, *clock in found:
        try:
            moment = datetime(
                int(year), int(month), int(day), *(int(part or 0) for part in clock), tzinfo=UTC
            )
        except ValueError:
            continue
        if 1990 <= moment.year <= 2100:
            return moment
    return modified_at


def _object_folders(
    landing: Path, contracted: Collection[tuple[str, str]], notices: list[str]
) -> Iterator[tuple[Path, str, str]]:
    systems = {system for system, _ in contracted}
    for system_folder in _visible(landing):
        if not system_folder.is_dir():
            notices.append(f"{system_folder.name}: ignored, not in a folder <system>/<object>/")
            continue
        match = _SYSTEM_FOLDER.fullmatch(system_folder.name)
        if match is None or match[1] not in systems:
            notices.append(f"{system_folder.name}/: ignored, no source contract has this system")
            continue
        if not _stays_inside(system_folder, landing, notices):
            continue
        for folder in _visible(system_folder):
            relative = folder.relative_to(landing).as_posix()
            if not folder.is_dir():
                notices.append(f"{relative}: ignored, not in a folder <system>/<object>/")
            elif (match[1], folder.name) not in contracted:
                suggested = to_snake_case(folder.name)
                known = (match[1], suggested) in contracted
                advice = f"; rename it to {suggested}" if known else ""
                notices.append(f"{relative}/: ignored, no source contract has this object{advice}")
            elif _stays_inside(folder, landing, notices):
                yield folder, system_folder.name, folder.name


def _walk(
    folder: Path, landing: Path, notices: list[str], above: frozenset[Path]
) -> Iterator[Path]:
    resolved = folder.resolve()
    if resolved in above:  # a link back to a folder that holds it
        return
    for path in _visible(folder):
        if path.is_dir():
            if _stays_inside(path, landing, notices):
                yield from _walk(path, landing, notices, above | {resolved})
        else:
            yield path


def _is_complete(file: ExtractFile, marker: str) -> bool:
    try:
        marked_at = file.path.with_name(marker).stat().st_mtime_ns
        return marked_at >= file.path.stat().st_mtime_ns
    except OSError:
        return False


def _describe(
    path: Path, folder: Path, landing: Path, system: str, object_name: str, notices: list[str]
) -> ExtractFile | None:
    relative = path.relative_to(landing).as_posix()
    suffixes = path.suffixes
    is_gzip = bool(suffixes) and suffixes[-1].lower() == ".gz"
    suffix = "".join(suffixes[:-1][-1:] if is_gzip else suffixes[-1:]).lower()
    if suffix not in FORMATS:
        notices.append(
            f"{relative}: ignored, not one of {', '.join(FORMATS)} (or one of these with .gz)"
        )
        return None
    try:
        status = path.stat()
    except OSError as error:
        notices.append(f"{relative}: ignored, {error.strerror or error}")
        return None
    if not stat.S_ISREG(status.st_mode):
        notices.append(f"{relative}: ignored, not a regular file")
        return None
    modified_at = datetime.fromtimestamp(status.st_mtime, UTC)
    return ExtractFile(
        path=path,
        relative=relative,
        system=system,
        object=object_name,
        format=FORMATS[suffix],
        is_gzip=is_gzip,
        size=status.st_size,
        modified_at=modified_at,
        extracted_at=extract_time(reversed(path.relative_to(folder).parts), modified_at),
        stat_signature=_signature(status),
    )


def _visible(folder: Path) -> list[Path]:
    return sorted(
        path
        for path in folder.iterdir()
        if not path.name.startswith(".") and not path.name.lower().endswith((".tmp", ".part"))
    )


def _stays_inside(folder: Path, landing: Path, notices: list[str]) -> bool:
    if folder.resolve().is_relative_to(landing):
        return True
    relative = folder.relative_to(landing).as_posix()
    notices.append(
        f"{relative}/: refused, the linked folder lies outside the landing folder; "
        "link files instead"
    )
    return False


def _signature(status: os.stat_result) -> str:
    # ctime and inode catch a replacement that keeps size and mtime (cp -p, rsync -t)
    return f"{status.st_size}:{status.st_mtime_ns}:{status.st_ctime_ns}:{status.st_ino}"
