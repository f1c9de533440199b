"""From files to staged rows: cells by contract, versions, deletions, restatements, accounting."""

import os
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from contract_project import Warehouse

DEALS = """id,stage,owner_id,note,amount,is_won,opened_at,closed_on,valid_to,due_at,seats
1, Won ,000000000000000aaa,Select,0.0,1,02/23/26 08:55 PM,31-01-26,2026-06-30,2026-03-01,2.0
2,Won,select,N/A,0.00,,02/30/26 08:55 PM,2026-01-31,2050-01-01,1900-01-01,2.5
3,Won,u3,,12.345,TRUE,,31.01.2026,9999-12-31T00:00:00Z,2050-01-01,x
4,Select,u4,,1,0,,,2049-12-31,9999-12-31,
,Won,u5,,1,0,,,,,
6,Won,u6,,abc,maybe,,,,,3
"""


def test_cells_by_contract(warehouse: Warehouse) -> None:
    warehouse.put("crm/deal/2026-03-02.csv", DEALS)
    warehouse.load()
    assert warehouse.run(
        "deal",
        "id, stage, owner_id, note, amount, is_won, opened_at, closed_on, valid_to, due_at, seats",
        "id",
    ) == [
        (
            *("1", "Won", None, "Select", None, True),
            *(datetime(2026, 2, 23, 20, 55), date(2026, 1, 31)),
            *(date(2026, 6, 30), datetime(2026, 3, 1), 2),
        ),
        # 0.00 is not the placeholder 0.0; half a seat and 1900 are not what they seem
        ("2", "Won", None, "N/A", Decimal("0.00"), None, None, None, None, None, None),
        (
            *("3", "Won", "u3", None, Decimal("12.35"), True, None, date(2026, 1, 31)),
            *(None, datetime(2050, 1, 1), None),
        ),
        ("6", "Won", "u6", None, None, None, None, None, None, None, 3),
    ]
    # lines 5 and 6 are left out, the other findings null a cell or only warn
    assert warehouse.run("deal_rejects", "source_line, reason, is_excluded, detail") == [
        (3, "invalid_value", False, "closed_on = 2026-01-31"),
        (3, "invalid_value", False, "due_at = 1900-01-01"),
        (3, "invalid_value", False, "opened_at = 02/30/26 08:55 PM"),
        (3, "invalid_value", False, "seats = 2.5"),
        (4, "far_in_the_future", False, "due_at = 2050-01-01"),
        (4, "invalid_value", False, "seats = x"),
        (5, "far_in_the_future", False, "valid_to = 2049-12-31"),
        (5, "invalid_value", False, "due_at = 9999-12-31"),
        (5, "required_value_missing", True, "stage = Select"),
        (6, "required_value_missing", True, "id = "),
        (7, "invalid_value", False, "amount = abc"),
        (7, "invalid_value", False, "is_won = maybe"),
    ]
    assert warehouse.run("deal_fates") == [("crm", 6, 2, 0)]


def test_a_column_that_changes_its_type_costs_cells_and_not_the_build(
    warehouse: Warehouse,
) -> None:
    warehouse.put("crm/account/2026-01-01.csv", "id,size\n1,10\n2,20\n")
    warehouse.put("crm/account/2026-02-01.csv", "id,size\n1,large\n2,21\n")
    warehouse.load()
    # account 1 still stands as it was, and is not taken for deleted: the extract has it
    assert warehouse.run("account", "id, size, is_source_deleted") == [
        ("1", 10, False),
        ("2", 21, False),
    ]
    assert warehouse.run("account_rejects", "source_file, source_line, reason") == [
        ("crm/account/2026-02-01.csv", 2, "required_value_invalid")
    ]
    assert warehouse.run("account_fates") == [("crm", 4, 1, 1)]


def deleted_accounts(warehouse: Warehouse) -> list[str]:
    warehouse.load()
    return [
        f"{system}:{key}"
        for system, key, is_deleted in warehouse.run(
            "account", "source_system, id, is_source_deleted"
        )
        if is_deleted
    ]


def test_absence_from_the_newest_full_extract_is_a_deletion(warehouse: Warehouse) -> None:
    warehouse.put("crm/account/2026-01-01.csv", "id,size\n1,10\n2,20\n3,30\n")
    warehouse.put("crm@emea/account/2026-01-01.csv", "id,size\n1,10\n")
    assert deleted_accounts(warehouse) == []
    warehouse.put("crm/account/2026-02-01.csv", "id,size\n1,10\n3,30\n")
    # the other organisation did not send a newer one
    assert deleted_accounts(warehouse) == ["crm:2"]
    # a late extract, older than the newest, changes nothing
    warehouse.put("crm/account/2026-01-15.csv", "id,size\n2,20\n")
    assert deleted_accounts(warehouse) == ["crm:2"]
    # two files of one extract, by the time of their folder
    warehouse.put("crm/account/2026-03-01/part_1.csv", "id,size\n1,10\n")
    warehouse.put("crm/account/2026-03-01/part_2.csv", "id,size\n2,20\n")
    assert deleted_accounts(warehouse) == ["crm:3"]
    assert warehouse.run("account_fates") == [("crm", 8, 0, 5), ("crm@emea", 1, 0, 0)]


@pytest.mark.parametrize(
    "content",
    ["id,size\n1,10\nbroken\n", "id,size\n", "", "number,size\n1,10\n"],
    ids=["broken_line", "no_record", "no_byte", "refused"],
)
def test_an_extract_that_was_not_read_whole_proves_no_deletion(
    warehouse: Warehouse, content: str
) -> None:
    warehouse.put("crm/account/2026-01-01.csv", "id,size\n1,10\n2,20\n3,30\n")
    warehouse.put("crm/account/2026-02-01.csv", "id,size\n1,10\n2,20\n")
    warehouse.put("crm/account/2026-03-01.csv", content)
    assert deleted_accounts(warehouse) == ["crm:3"]


LEADS = "id,name,modified_at,_deleted\n"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        # by flag, and undone by a newer version
        (["1,Ann,2026-01-01,0", "1,Ann,2026-01-02,1"], ("Ann", True)),
        (["1,Ann,2026-01-02,1", "1,Ann,2026-01-03,0"], ("Ann", False)),
        # a late version does not undo it
        (["1,Ann,2026-01-03,1", "1,Ann,2026-01-02,0"], ("Ann", True)),
        # by a tombstone that has the key alone, or a version, too
        (["1,Ann,2026-01-01,", "1,,,true"], ("Ann", True)),
        (["1,Ann,2026-01-01,", "1,,2026-01-02,true"], ("Ann", True)),
        (["1,,2026-01-02,true", "1,Ann,2026-01-03,"], ("Ann", False)),
        # a tombstone without a version is as old as its extract
        (["1,,,true", "1,Ann,2026-01-01,"], ("Ann", False)),
        # of a record that never came
        (["1,,,true"], (None, True)),
    ],
)
def test_tombstones(
    warehouse: Warehouse, files: list[str], expected: tuple[str | None, bool]
) -> None:
    for day, row in enumerate(files, 1):
        warehouse.put(f"crm/lead/2026-02-0{day}.csv", f"{LEADS}{row}\n")
    warehouse.load()
    assert warehouse.run("lead", "name, is_source_deleted") == [expected]
    assert warehouse.run("lead_rejects") == []
    assert warehouse.run("lead_fates") == [("crm", len(files), 0, len(files) - 1)]


def test_keys_are_compared_as_they_are_typed(warehouse: Warehouse) -> None:
    """The same record in three spellings of its key, and one that joined text would confuse."""
    warehouse.put(
        "crm/touch/x.csv",
        "id,day\na,2026-01-01\n a ,2026-01-01T00:00:00Z\na, 2026-01-01 \na|2026,2026-01-01\n",
    )
    warehouse.load()
    assert len(warehouse.run("touch")) == 2
    assert warehouse.run("touch_fates") == [("crm", 4, 0, 2)]


def test_restated_figures(warehouse: Warehouse) -> None:
    header = "account,day,cost\n"
    first = f"{header}a,2026-01-01,1.00\na,2026-01-01,1.00\na,2026-01-02,2.00\n,2026-01-01,7\n"
    warehouse.put("crm/spend/2026-02-01.csv", first)
    # the very same file, sent again under another name
    warehouse.put("crm/spend/again_2026-02-01.csv", first)
    warehouse.put("crm/spend/2026-02-03.csv", f"{header}a,2026-01-02,3.00\nb,2026-01-02,bad\n")
    # late: older than what stands for its day
    warehouse.put("crm/spend/2026-02-02.csv", f"{header}a,2026-01-02,9.00\n")
    warehouse.load()
    assert warehouse.run("spend", "account, day, cost") == [
        # equal rows of one file are two rows
        ("a", date(2026, 1, 1), Decimal("1.00")),
        ("a", date(2026, 1, 1), Decimal("1.00")),
        ("a", date(2026, 1, 2), Decimal("3.00")),
        (None, date(2026, 1, 1), Decimal("7.00")),
    ]
    # 11 rows: 1 rejected, 4 stand; the copy's four, the older two of 2 January are superseded
    assert warehouse.run("spend_fates") == [("crm", 11, 1, 6)]


def test_restated_records(warehouse: Warehouse) -> None:
    header = "owner,day,size\n"
    # one extract in two files: of the record that both have, one row stands
    warehouse.put("crm/quota/a_2026-02-01.csv", f"{header}a,2026-01-01,1\nb,2026-01-01,2\n")
    warehouse.put("crm/quota/b_2026-02-01.csv", f"{header}a,2026-01-01,1\nc,2026-01-02,3\n")
    # a later one restates 2 January without c
    warehouse.put("crm/quota/2026-02-02.csv", f"{header}a,2026-01-02,4\nb,2026-01-03,\n")
    warehouse.load()
    assert warehouse.run("quota", "owner, day, size") == [
        ("a", date(2026, 1, 1), 1),
        ("a", date(2026, 1, 2), 4),
        ("b", date(2026, 1, 1), 2),
    ]
    # 6 rows: 1 rejected, 3 stand; a's second row and c's are superseded
    assert warehouse.run("quota_fates") == [("crm", 6, 1, 2)]


def test_every_finding_is_enough_to_look_at_a_row(warehouse: Warehouse) -> None:
    """Rows with nothing else amiss; required and optional cells, of each kind of type."""
    header = "id,stage,amount,is_won,opened_at,closed_on,valid_to,due_at,seats\n"
    findings = {
        "1,,,,,,,,": "required_value_missing stage",
        ",Won,,,,,,,": "required_value_missing id",
        "3,Won,x,,,,,,": "invalid_value amount",
        "4,Won,,maybe,,,,,": "invalid_value is_won",
        "5,Won,,,2026-02-23,,,,": "invalid_value opened_at",
        "6,Won,,,,32-01-26,,,": "invalid_value closed_on",
        "7,Won,,,,,1989-12-31,,": "invalid_value valid_to",
        "8,Won,,,,,2049-12-31,,": "far_in_the_future valid_to",
        "9,Won,,,,,,soon,": "invalid_value due_at",
        "10,Won,,,,,,2050-01-01T00:00:00Z,": "far_in_the_future due_at",
        "11,Won,,,,,,,2.5": "invalid_value seats",
        "12,Won,1,1,02/23/26 08:55 PM,31-01-26,9999-12-31,2026-03-01,2": None,
    }
    warehouse.put("crm/deal/2026-03-02.csv", header + "\n".join(findings) + "\n")
    # the clock of a lead is late by more than a day, a bit less, and no time at all
    warehouse.put(
        "crm/lead/2026-03-02.csv",
        "id,name,modified_at,_deleted\n1,a,2026-03-03T00:00:01Z,\n2,b,2026-03-02T23:00:00Z,\n"
        "3,c,never,\n4,,,true\n5,,,\n6,d,,perhaps\n",
    )
    warehouse.load()
    assert warehouse.run("deal_rejects", "source_line, reason, split_part(detail, ' ', 1)") == [
        (line, *finding.split()) for line, finding in enumerate(findings.values(), 2) if finding
    ]
    # a tombstone needs no name
    assert warehouse.run("lead_rejects", "source_line, reason, split_part(detail, ' ', 1)") == [
        (2, "clock_in_the_future", "modified_at"),
        (4, "invalid_value", "modified_at"),
        (6, "required_value_missing", "name"),
        (7, "invalid_value", "_deleted"),
    ]


def test_extract_complete_only_with_its_marker(warehouse: Warehouse) -> None:
    """The marker's own rules are the loader's; here: waiting files delete nothing."""
    contracts = dict(warehouse.project.contracts)
    from dataclasses import replace

    contracts["crm", "account"] = replace(contracts["crm", "account"], complete_when="_SUCCESS")
    from orchestration.loading.loader import load

    def deleted() -> list[tuple]:
        load(
            warehouse.settings,
            contracts,
            batch_id="b",
            loaded_at=datetime(2026, 11, 22, tzinfo=UTC),
        )
        return warehouse.run("account", "id, is_source_deleted")

    warehouse.put("crm/account/2026-01-01/all.csv", "id,size\n1,10\n2,20\n")
    warehouse.put("crm/account/2026-01-01/_SUCCESS", "")
    warehouse.put("crm/account/2026-02-01/part_1.csv", "id,size\n1,10\n")
    assert deleted() == [("1", False), ("2", False)]
    warehouse.put("crm/account/2026-02-01/part_2.csv", "id,size\n2,20\n")
    marker = warehouse.put("crm/account/2026-02-01/_SUCCESS", "")
    os.utime(marker, (1, 1))  # that of an earlier delivery
    assert deleted() == [("1", False), ("2", False)]
    os.utime(marker)
    assert deleted() == [("1", False), ("2", False)]
    with_three = warehouse.settings.landing / "crm/account/2026-03-01"
    warehouse.put(f"{with_three}/all.csv", "id,size\n2,20\n")
    warehouse.put(f"{with_three}/_SUCCESS", "")
    assert deleted() == [("1", True), ("2", False)]
