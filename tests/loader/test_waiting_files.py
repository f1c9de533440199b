"""Files that are still being written wait: settle time, a marker, and a change under our hands."""

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from loader_house import House, contracts_of, source_node

from orchestration.loading.loader import TableLoad

H = b"id,name,email\n"


def test_unsettled_file_waits(house: House) -> None:
    house.settings = replace(house.settings, settle_seconds=60)
    now = datetime.now(UTC)
    path = house.put(H + b"1,Ann,a\n")
    (notice,) = house.load(loaded_at=now).notices
    assert notice.startswith("crm/lead/x.csv: modified less than 60 s ago")
    assert house.rows() == []
    assert house.load(loaded_at=now + timedelta(seconds=120)).notices == ()
    assert len(house.rows()) == 1
    path.write_bytes(H + b"1,Ann,a\n2,Bob,b\n")
    (notice,) = house.load(loaded_at=datetime.now(UTC)).notices
    assert "modified less than" in notice
    assert len(house.rows()) == 1


def test_file_that_changes_during_the_load_waits(house: House) -> None:
    house.contracts = contracts_of(
        *(source_node("crm", name, {"id": {}}, key=["id"]) for name in ("account", "task"))
    )
    house.put(b"id\n1\n", folder="crm/task")

    def change_task(table: TableLoad) -> None:
        if table.object == "account":
            house.put(b"id\n1\n2\n", folder="crm/task")

    report = house.load(on_progress=change_task)
    assert report.notices == ("crm/task/x.csv: changed while it was read, left for the next load",)
    assert house.query("select id from raw.crm__task") == []
    assert house.query("select * from raw._files") == []
    assert house.load().notices == ()
    assert house.query("select id from raw.crm__task") == [("1",), ("2",)]


def test_folder_waits_for_its_marker(house: House) -> None:
    contract = house.contracts["crm", "lead"]
    house.contracts = {("crm", "lead"): replace(contract, complete_when="_SUCCESS")}
    first = house.put(H + b"1,Ann,a\n", "1.csv", "crm/lead/2026-01-31")
    second = house.put(H + b"2,Bob,b\n", "2.csv", "crm/lead/2026-01-31")
    house.put(H + b"3,Cy,c\n", "3.csv")
    os.utime(first, (1_000, 1_000))
    os.utime(second, (2_000, 2_000))

    def waiting() -> list[str]:
        notices = house.load().notices
        assert all("waits for a _SUCCESS beside it" in notice for notice in notices)
        return [notice.split(":")[0].removeprefix("crm/lead/") for notice in notices]

    assert waiting() == ["2026-01-31/1.csv", "2026-01-31/2.csv", "3.csv"]
    # the marker of another folder says nothing; one that is older than a file not for that file
    marker = house.put(b"", "_SUCCESS", "crm/lead/2026-01-31")
    os.utime(marker, (1_500, 1_500))
    assert waiting() == ["2026-01-31/2.csv", "3.csv"]
    os.utime(marker, (2_000, 2_000))
    assert waiting() == ["3.csv"]
    assert house.rows("id") == [("1",), ("2",)]
    # a file that was loaded and is being written again keeps its rows, without a word of leaving
    first.write_bytes(H)
    assert waiting() == ["2026-01-31/1.csv", "3.csv"]
    assert house.rows("id") == [("1",), ("2",)]
