"""Raw is a function of the files that came: not of batches, order, halves or repetition."""

import itertools
import os
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from loader_house import LOADED_AT, House, contracts_of, source_node

from orchestration.loading.contracts import ColumnContract
from orchestration.loading.loader import LoadReport, TableLoad

H = b"id,name,email\n"
EVERYTHING = "* exclude (_batch_id, _loaded_at)"
BOOKS = {
    "_files": "* exclude (batch_id, loaded_at, stat_signature, modified_at)",
    "_quarantine": "* exclude (batch_id)",
    "_columns": "*",
}


def raw_content(house: House) -> dict[str, list[tuple]]:
    """All of raw but what names the batch, in an order of its own."""
    tables = {"crm__lead": EVERYTHING, **BOOKS}
    return {
        table: house.query(f"select {columns} from raw.{table} order by all")
        for table, columns in tables.items()
    }


def counts(table: TableLoad) -> tuple[int, int, int, int]:
    return table.file_count, table.extracted_count, table.loaded_count, table.quarantined_count


def test_every_contracted_table_exists_when_nothing_came(house: House) -> None:
    progress: list[TableLoad] = []
    report = house.load(on_progress=progress.append)
    assert report == LoadReport(
        "batch", (TableLoad("crm", "lead", "crm__lead", 0, 0, 0, 0, 0, (), ()),), ()
    )
    assert tuple(progress) == report.tables
    assert house.query(
        "select column_name, data_type from duckdb_columns() where table_name = 'crm__lead'"
    ) == [
        ("id", "VARCHAR"),
        ("name", "VARCHAR"),
        ("email", "VARCHAR"),
        ("_source_system", "VARCHAR"),
        ("_source_file", "VARCHAR"),
        ("_source_row", "BIGINT"),
        ("_extracted_at", "TIMESTAMP"),
        ("_file_sha256", "VARCHAR"),
        ("_batch_id", "VARCHAR"),
        ("_loaded_at", "TIMESTAMP"),
    ]


def test_lineage_of_a_row(house: House) -> None:
    house.put(H + b"1,Ann,a\n", "lead_20260131T120000Z.csv", "crm@emea/lead/2026")
    house.load("b7")
    assert house.rows(
        "_source_system, _source_file, _source_row, _extracted_at, _file_sha256, "
        "_batch_id, _loaded_at"
    ) == [
        (
            "crm@emea",
            "crm@emea/lead/2026/lead_20260131T120000Z.csv",
            2,
            datetime(2026, 1, 31, 12),
            # sha256sum of the 22 bytes, by coreutils
            "2e49e739cddb54be804948b6730149d80f2c4a1335d8f6621ee4b843f9c1a1db",
            "b7",
            LOADED_AT.replace(tzinfo=None),
        )
    ]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("lead_20260131T120001Z.csv", datetime(2026, 1, 31, 12, 0, 1)),
        ("lead_20260131_120001.csv", datetime(2026, 1, 31, 12, 0, 1)),
        ("2026-01-31.csv", datetime(2026, 1, 31)),
        ("lead-2026-01-31T12-00-01.csv.gz", datetime(2026, 1, 31, 12, 0, 1)),
        ("lead_20260131.csv", datetime(2026, 1, 31)),
        ("lead_20261331.csv", datetime(2026, 5, 6, 7, 8, 9)),
        ("lead_120260131.csv", datetime(2026, 5, 6, 7, 8, 9)),
        ("lead.csv", datetime(2026, 5, 6, 7, 8, 9)),
    ],
)
def test_extract_time(house: House, name: str, expected: datetime) -> None:
    path = house.put(H, name)
    modified = datetime(2026, 5, 6, 7, 8, 9, tzinfo=UTC).timestamp()
    os.utime(path, (modified, modified))
    house.load()
    assert house.query("select extracted_at from raw._files")[0] == (expected,)


def test_loading_twice_changes_nothing(house: House) -> None:
    house.put(H + b"1,Ann,a\n2\n", "a.csv")
    house.put(b"", "b.csv")
    first = house.load("first")
    content = raw_content(house)
    second = house.load("second", loaded_at=LOADED_AT + timedelta(days=1))
    assert raw_content(house) == content
    assert counts(second.tables[0]) == counts(first.tables[0]) == (2, 2, 1, 1)
    assert (first.tables[0].skipped_file_count, second.tables[0].skipped_file_count) == (0, 2)
    assert second.notices == first.notices
    assert house.rows("_batch_id") == [("first",)]


def test_touched_file_with_the_same_bytes_is_skipped(house: House) -> None:
    path = house.put(H + b"1,Ann,a\n", "2026-01-31.csv")
    house.load("first")
    os.utime(path, (1_000_000_000, 1_000_000_000))
    house.load("second")
    assert house.rows("_batch_id") == [("first",)]


@pytest.mark.parametrize("keeps_stat", [False, True])
def test_file_replaced_under_its_name(house: House, keeps_stat: bool) -> None:
    """Rows, rejects and columns are those of the new bytes, even with the old size and mtime."""
    path = house.put(b"id,name,old\n1,Ann,x\n2,B\n")
    house.put(H + b"9,Zoe,z\n", "z.csv")
    house.load("first")
    status = path.stat()
    other = path.with_name("other")
    other.write_bytes(b"id,name,new\n3,Eve,y\n4,Bo\n"[: status.st_size])
    if keeps_stat:
        os.utime(other, ns=(status.st_atime_ns, status.st_mtime_ns))
    other.replace(path)
    report = house.load("second")
    assert house.rows("id, name, new, _batch_id") == [
        ("3", "Eve", "y", "second"),
        ("9", "Zoe", None, "first"),
    ]
    assert house.query("select line_text, batch_id from raw._quarantine") == [("4,Bo", "second")]
    assert report.tables[0].unknown_columns == ("new",)
    assert counts(report.tables[0]) == (2, 3, 2, 1)


def test_good_file_replaced_by_an_unusable_one_loses_its_rows(house: House) -> None:
    house.put(H + b"1,Ann,a\n")
    house.load()
    house.put(H + b"1,Ann,\xff\n")
    report = house.load()
    assert house.rows() == []
    assert "wrong_encoding" in report.notices[0]


def test_file_that_vanished_keeps_its_rows_until_a_full_refresh(house: House) -> None:
    path = house.put(H + b"1,Ann,a\n", "a.csv")
    house.put(H + b"2,Bob,b\n", "b.csv")
    house.load("first")
    path.unlink()
    report = house.load("second")
    assert house.rows("id") == [("1",), ("2",)]
    assert report.notices == ("crm/lead/a.csv: no longer in the landing folder, its 1 rows stay",)
    assert counts(report.tables[0]) == (2, 2, 2, 0)
    report = house.load("third", full_refresh=True)
    assert house.rows("id, _batch_id") == [("2", "third")]
    assert report.notices == ()


def test_full_refresh_equals_what_was_loaded_piece_by_piece(house: House) -> None:
    house.put(b"id,name,extra\n1,Ann,x\n2\n", "a.csv")
    house.load("first")
    house.put(H + b"3,Cy,c\n", "b.csv")
    house.load("second")
    content = raw_content(house)
    house.load("third", full_refresh=True)
    assert raw_content(house) == content


def test_order_of_the_batches_is_irrelevant(tmp_path: Path) -> None:
    files = {"a.csv": H + b"1,Ann,a\n", "b.csv": b"id,x\n1,y\n2\n", "c.csv": b"x,id,name\nz,3,Cy\n"}
    outcomes = []
    for number, order in enumerate(itertools.permutations(files)):
        house = House(tmp_path / str(number))
        for name in order:
            path = house.put(files[name], name)
            os.utime(path, (1_000_000_000, 1_000_000_000))
            house.load(name)
        lead = house.query(
            "select id, name, email, x, _source_file, _source_row, _extracted_at, _file_sha256 "
            "from raw.crm__lead order by all"
        )
        outcomes.append(
            (
                lead,
                {t: house.query(f"select {c} from raw.{t} order by all") for t, c in BOOKS.items()},
            )
        )
    assert outcomes == outcomes[:1] * 6


def test_file_in_halves_gives_the_rows_of_the_whole(tmp_path: Path) -> None:
    """Whole and halves take different ways of reading: plain, scanned and sifted."""
    chance = random.Random(4)
    records = [
        chance.choice(
            [
                b"%d,Ann,a",
                b'%d,"Ann",a',
                b'%d,"Ann\nLee","a ""q"""',
                b"%d, Ann ,",
                b'%d, "Ann" ,"a"',
                b"%d,Ann",
                b"%d,Ann,a,",
                b'%d,"Ann"x,a',
                b'%d,5" pipe,a',
            ]
        )
        % number
        for number in range(400)
    ]
    columns = "id, name, email"
    outcomes = []
    for parts in (1, 2, 400):
        house = House(tmp_path / str(parts))
        size = len(records) // parts
        for start in range(0, len(records), size):
            part = H + b"".join(record + b"\n" for record in records[start : start + size])
            house.put(part, f"{start:03}.csv")
        house.load()
        outcomes.append(
            (
                house.query(f"select {columns} from raw.crm__lead order by id::int"),
                house.query("select reason, line_text from raw._quarantine order by line_text"),
            )
        )
    assert outcomes == outcomes[:1] * 3
    rows, rejects = outcomes[0]
    assert len(rows) + len(rejects) == 400
    assert {reason for reason, _ in rejects} == {
        "too_few_fields",
        "too_many_fields",
        "text_after_quote",
    }


def test_changed_contract_reads_its_files_again(house: House) -> None:
    house.put(b"id,phone\n1,123\n")
    house.load("first")
    contract = house.contracts["crm", "lead"]
    typed = replace(contract, extract="delta")
    house.contracts = {("crm", "lead"): typed}
    house.load("second")
    assert house.rows("id, _batch_id") == [("1", "first")]
    telephone = ColumnContract("telephone", "varchar", aliases=("phone",))
    house.contracts = {("crm", "lead"): replace(typed, columns=(*typed.columns, telephone))}
    house.load("third")
    assert house.rows("id, telephone, _batch_id") == [("1", "123", "third")]
    assert house.query("select count(*) from raw._columns where status = 'unknown'") == [(0,)]


def test_orgs_share_a_table(house: House) -> None:
    house.put(H + b"1,Ann,a\n", folder="crm/lead")
    house.put(H + b"1,Bea,b\n2\n", folder="crm@emea/lead")
    report = house.load()
    assert house.rows("_source_system, id, name") == [("crm", "1", "Ann"), ("crm@emea", "1", "Bea")]
    assert house.query("select source_system, source_object from raw._quarantine") == [
        ("crm@emea", "lead")
    ]
    assert counts(report.tables[0]) == (2, 3, 2, 1)


def test_what_is_not_an_extract_is_named(house: House) -> None:
    for folder in ("crm/lead", "crm/Lead", "crm/deal", "erp/lead", "CRM/lead", "crm@E/lead"):
        house.put(H + b"1,Ann,a\n", folder=folder)
    house.put(H, "x.xlsx")
    house.put(H, "loose.csv", ".")
    house.put(H, "loose.csv", "crm")
    for ignored in (".hidden.csv", "y.csv.tmp", "y.csv.part"):
        house.put(H + b"2,Bob,b\n", ignored)
    report = house.load()
    assert house.rows("id") == [("1",)]
    assert sorted(notice.split(":")[0] for notice in report.notices) == [
        "CRM/",
        "crm/Lead/",
        "crm/deal/",
        "crm/lead/x.xlsx",
        "crm/loose.csv",
        "crm@E/",
        "erp/",
        "loose.csv",
    ]
    assert any("rename it to lead" in notice for notice in report.notices)


def test_missing_landing_folder_is_named(house: House) -> None:
    house.settings.landing.rmdir()
    (notice,) = house.load().notices
    assert "does not exist" in notice


def test_links(house: House, tmp_path: Path) -> None:
    """Linked files are followed, linked folders only inside the landing folder."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "Lead.csv").write_bytes(H + b"1,Ann,a\n")
    house.put(H + b"2,Bob,b\n", "b.csv", "crm/lead/2026")
    lead = house.settings.landing / "crm/lead"
    (lead / "linked.csv").symlink_to(outside / "Lead.csv")
    (lead / "escaping").symlink_to(outside)
    (lead / "dangling.csv").symlink_to(outside / "gone.csv")
    (lead / "2026/loop").symlink_to(lead)
    (house.settings.landing / "crm@two").symlink_to(outside)
    (house.settings.landing / "crm@emea").symlink_to(house.settings.landing / "crm")
    report = house.load()
    found = house.rows("_source_file, id")
    assert ("crm/lead/linked.csv", "1") in found
    assert ("crm@emea/lead/2026/b.csv", "2") in found
    assert len(found) == 4
    assert sorted({notice.split(":")[0] for notice in report.notices}) == [
        "crm/lead/dangling.csv",
        "crm/lead/escaping/",
        "crm@emea/lead/dangling.csv",
        "crm@emea/lead/escaping/",
        "crm@two/",
    ]


def test_names_with_wildcards_and_partitions(house: House) -> None:
    """DuckDB would expand the first and add a column for the second."""
    house.put(H + b"1,Ann,a\n", "x[1]*.csv")
    house.put(H + b"2,Bob,b\n", "it's.csv", "crm/lead/day=2026-01-31")
    house.load()
    assert house.rows("id") == [("2",), ("1",)]
    assert house.query("select count(*) from raw._columns") == [(0,)]


def test_report_has_every_table_in_order(house: House) -> None:
    house.contracts = contracts_of(
        *(source_node("crm", name, {"id": {}}, key=["id"]) for name in ("task", "account"))
    )
    house.put(b"id\n1\n", folder="crm/task")
    progress: list[TableLoad] = []
    report = house.load(on_progress=progress.append)
    assert [(t.object, t.loaded_count) for t in report.tables] == [("account", 0), ("task", 1)]
    assert tuple(progress) == report.tables


def test_nothing_is_left_open_or_lying_about(house: House) -> None:
    house.put(H + b'1,Ann,a\n2,"x\n')
    house.load()
    assert [path.name for path in house.settings.home.iterdir()] == ["warehouse.duckdb"]
    with duckdb.connect(str(house.settings.warehouse)) as con:  # not possible with another open
        con.execute("create table mine (id integer)")
