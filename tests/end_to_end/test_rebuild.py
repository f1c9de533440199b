"""The same facts give the same tables: built twice, in another order, in parts."""

import csv
import os
import random
import shutil
from pathlib import Path

from installation import Installation, count_differences, published_tables

# Where a row stood is the one thing that another order of the rows may change.
PLACES = ("source_file", "source_line")


def test_building_twice_gives_equal_tables(demo, installation):
    shutil.copytree(demo.landing, installation.landing)
    installation.refresh()
    differences = count_differences(demo, installation)
    assert len(differences) == len(published_tables(demo.connect())) >= 16
    assert set(differences.values()) == {0}, differences


def test_order_and_split_of_files_change_nothing(demo, installation):
    shuffle = random.Random(11)
    for path in sorted(demo.landing.rglob("*.csv")):
        target = installation.landing / path.relative_to(demo.landing)
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.parent.name == "campaign_stats":
            # spend of one account and day is restated by the newer of two files: it stays whole
            split_in_parts(path, target, 1, shuffle)
        else:
            split_in_parts(path, target, 3, shuffle)
    installation.refresh()
    differences = count_differences(demo, installation, without=PLACES)
    assert set(differences.values()) == {0}, differences


def split_in_parts(path: Path, target: Path, count: int, shuffle: random.Random) -> None:
    """Deal the records of a file out to `count` files in random order, broken lines as they are."""
    with path.open(newline="", encoding="utf-8") as lines:
        records = list(csv.reader(lines))
    header, *rows = records
    shuffle.shuffle(rows)
    for part in range(count):
        name = target.with_name(f"{target.stem}_{part}.csv")
        with name.open("w", newline="", encoding="utf-8") as lines:
            writer = csv.writer(lines, quoting=csv.QUOTE_ALL)
            writer.writerow(header)
            writer.writerows(rows[part::count])
        # which version of a record wins is a matter of its own columns and of when it was extracted
        stat = path.stat()
        os.utime(name, ns=(stat.st_atime_ns, stat.st_mtime_ns))


def test_nothing_new_publishes_nothing(demo: Installation):
    before = (demo.home / "published" / "current").readlink()
    said = demo.refresh()
    assert "nothing new" in said.lower()
    assert (demo.home / "published" / "current").readlink() == before
