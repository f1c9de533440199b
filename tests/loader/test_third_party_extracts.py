"""Extracts that other people published, against Python's own CSV reader."""

import csv
from pathlib import Path

import pytest
from loader_house import House, contracts_of, source_node

from orchestration.loading.extract_headers import to_snake_case

WORKSHOP = Path(__file__).resolve().parents[3] / "shared/data/salesforce_workshop"

# file, object, rows as its publisher counts them
EXTRACTS = [
    ("Lead", "lead", 60),
    ("Contact", "contact", 102),
    ("Account", "account", 22),
    ("Opportunity", "opportunity", 50),
    ("Campaign", "campaign", 8),
    ("CampaignMember", "campaign_member", 68),
    ("Task", "task", 75),
]

pytestmark = [
    pytest.mark.shared_data,
    pytest.mark.skipif(not WORKSHOP.is_dir(), reason="no third-party extracts beside the checkout"),
]


def test_salesforce_export_loads_value_by_value(house: House) -> None:
    house.contracts = contracts_of(
        *(
            source_node("salesforce", name, {"id": {}, "created_date": {}}, key=["id"])
            for _, name, _ in EXTRACTS
        )
    )
    for file_name, name, _ in EXTRACTS:
        content = (WORKSHOP / f"{file_name}.csv").read_bytes()
        house.put(content, f"{file_name}.csv", f"salesforce/{name}")
    report = house.load()
    assert report.notices == ()
    assert {table.object: table.loaded_count for table in report.tables} == {
        name: count for _, name, count in EXTRACTS
    }
    assert house.rejects() == []
    for file_name, name, _ in EXTRACTS:
        with (WORKSHOP / f"{file_name}.csv").open(encoding="utf-8-sig", newline="") as stream:
            expected = [
                tuple(row[header] or None for header in row) for row in csv.DictReader(stream)
            ]
        with (WORKSHOP / f"{file_name}.csv").open(encoding="utf-8-sig", newline="") as stream:
            columns = ", ".join(to_snake_case(header) for header in next(csv.reader(stream)))
        assert (
            house.query(f"select {columns} from raw.salesforce__{name} order by _source_row")
            == expected
        )
