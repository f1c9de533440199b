"""Room is estimated from the sizes of what is new, before a byte of it is read."""

import os

import duckdb
import pytest
from loader_house import House

from orchestration.loading.loader import LoadError

H = b"id,name,email\n"


def test_load_that_cannot_fit_fails_with_its_figures(house: House) -> None:
    house.put(H + b"1,Ann,a\n", "a.csv")
    house.load("first")
    huge = house.put(b"", "huge.csv")
    os.truncate(huge, 8 << 40)  # a hole of 8 TiB takes no room itself
    with pytest.raises(LoadError) as raised:
        house.load("second", full_refresh=True)
    # 8 x 8 TiB, and the few bytes of a.csv
    assert "the new extracts need about 65,536.0 GiB" in str(raised.value)
    assert "GiB are free" in str(raised.value)
    assert house.rows("id, _batch_id") == [("1", "first")]
    # compressed, it is taken for six times as much
    huge.rename(huge.with_name("huge.csv.gz"))
    with pytest.raises(LoadError, match=r"need about 393,216\.0 GiB"):
        house.load()


def test_what_is_loaded_already_needs_no_room(house: House) -> None:
    path = house.put(H + b"1,Ann,a\n", "2026-01-31.csv")
    house.load("first")
    with duckdb.connect(str(house.settings.warehouse)) as con:
        # as if the file had been huge: its stat is known, so nothing of it is new
        os.truncate(path, 8 << 40)
        status = path.stat()
        con.execute(
            "update raw._files set stat_signature = ?",
            [f"{status.st_size}:{status.st_mtime_ns}:{status.st_ctime_ns}:{status.st_ino}"],
        )
    assert house.load("second").tables[0].skipped_file_count == 1
