"""Is there room for what came? Estimated before the first byte is read."""

import shutil
from collections.abc import Iterable
from pathlib import Path

from orchestration.loading.extract_files import ExtractFile

# Home needs, per byte of a new extract, up to: 1 in raw, 1 staged, 1 between and in the marts, 1
# in the release and its Parquet, and as much again for what DuckDB spills and what is replaced.
NEEDED_PER_BYTE = 8
# A compressed file is taken for this many times its size.
UNPACKED_PER_BYTE = 6


def needed_bytes(files: Iterable[ExtractFile]) -> int:
    """Estimate the bytes that a refresh writes for these new files."""
    packed = {True: UNPACKED_PER_BYTE, False: 1}
    return sum(
        file.size * packed[file.is_gzip or file.format == "parquet"] * NEEDED_PER_BYTE
        for file in files
    )


def space_problem(files: Iterable[ExtractFile], home: Path) -> str | None:
    """Say what is needed and what is free where that is too little; else None."""
    needed, free = needed_bytes(files), shutil.disk_usage(home).free
    if needed <= free:
        return None
    return (
        f"not enough disk space: the new extracts need about {_gib(needed)} in {home} "
        f"({NEEDED_PER_BYTE} x their size, {UNPACKED_PER_BYTE} x more where compressed), "
        f"{_gib(free)} are free"
    )


def _gib(size: int) -> str:
    return f"{size / (1 << 30):,.1f} GiB"
