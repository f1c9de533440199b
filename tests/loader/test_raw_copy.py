"""The copy of raw for an analyst's own target."""

from pathlib import Path

import duckdb
import pytest
from loader_house import House

from orchestration.loading.raw_copy import copy_raw

H = b"id,name,email\n"


def test_copy_raw(house: House, tmp_path: Path) -> None:
    house.put(H + b"1,Ann,a\n2\n")
    house.load()
    target = tmp_path / "it's new" / "dev.duckdb"
    copy_raw(house.settings.warehouse, target)
    with duckdb.connect(str(target)) as con:
        con.execute("create schema staging; create table staging.mine as select 1 as one")
    house.put(H + b"3,Cy,c\n", "y.csv")
    house.load()
    copy_raw(house.settings.warehouse, target)
    with duckdb.connect(str(target)) as con:
        assert con.execute("select id from raw.crm__lead order by 1").fetchall() == [("1",), ("3",)]
        assert con.execute("select count(*) from raw._quarantine").fetchall() == [(1,)]
        assert con.execute("select one from staging.mine").fetchall() == [(1,)]
    with pytest.raises(FileNotFoundError):
        copy_raw(tmp_path / "none.duckdb", target)
