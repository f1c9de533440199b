"""From the names in a file to the columns of raw."""

import pytest
from loader_house import House

from orchestration.loading.extract_headers import to_snake_case
from orchestration.loading.loader import LoadError


@pytest.mark.parametrize(
    ("header", "column"),
    [
        ("Id", "id"),
        ("ConvertedOpportunityId", "converted_opportunity_id"),
        ("External_id__c", "external_id__c"),
        ("Employee_Identification_Number__c", "employee_identification_number__c"),
        ("Pricebook2Id", "pricebook2_id"),
        ("MasterRecordId", "master_record_id"),
        ("IsDeleted", "is_deleted"),
        ("UTMSource", "utm_source"),
        ("OpportunityID", "opportunity_id"),
        ("LastCURequestDate", "last_cu_request_date"),
        ("system_modstamp", "system_modstamp"),
        ("_fivetran_synced", "_fivetran_synced"),
        ("Lead Source", "lead_source"),
        ("Amount (USD)", "amount_usd"),
        ("e-mail", "e_mail"),
    ],
)
def test_snake_case(header: str, column: str) -> None:
    assert to_snake_case(header) == column


# name: (file, selected columns, row, {column: status} beyond the optional ones that are missing)
HEADERS = {
    "native": (b"Id,Name,Email\n1,Ann,a\n", "id, name, email", ("1", "Ann", "a"), {}),
    "other_order": (b"email,id,name\na,1,Ann\n", "id, name, email", ("1", "Ann", "a"), {}),
    "alias": (b"id,name,EMail\n1,Ann,a\n", "id, name, email", ("1", "Ann", "a"), {}),
    "exact_name_before_alias": (
        b"e_mail,id,name,email\nb,1,Ann,a\n",
        "email, email__2",
        ("a", "b"),
        {"email__2": "clash"},
    ),
    "alias_fills_a_blank": (
        b"id,name,email,e_mail\n1,Ann,,b\n",
        "email, email__2",
        ("b", "b"),
        {"email__2": "clash"},
    ),
    "aliases_in_the_order_of_the_contract": (
        b"mail,id,name,e_mail\nc,1,Ann,b\n",
        "email, email__2",
        ("b", "c"),
        {"email__2": "clash"},
    ),
    "native_and_snake_case": (
        b"Name,id,name,email\nNative,1,Exact,e\n",
        "name, name__2",
        ("Exact", "Native"),
        {"name__2": "clash"},
    ),
    "same_header_three_times": (
        b"id,name,name,name,email\n1,,b,c,e\n",
        "name, name__2, name__3",
        ("b", "b", "c"),
        {"name__2": "clash", "name__3": "clash"},
    ),
    "clash_with_a_name_that_is_taken": (
        b"id,name,name,name__2,email\n1,a,b,own,e\n",
        "name, name__2, name__3",
        ("a", "own", "b"),
        {"name__2": "unknown", "name__3": "clash"},
    ),
    "unknown": (
        b"id,name,email,Fav Colour\n1,Ann,a,red\n",
        "fav_colour",
        ("red",),
        {"fav_colour": "unknown"},
    ),
    "unknown_twice": (
        b"id,name,email,x,X\n1,Ann,a,y,z\n",
        "x, x__2",
        ("y", "z"),
        {"x": "unknown", "x__2": "clash"},
    ),
    "blank_header": (
        b"id,name,email,\n1,Ann,a,z\n",
        "column_4",
        ("z",),
        {"column_4": "unknown"},
    ),
    "lineage_column_cannot_be_forged": (
        b"id,name,email,_source_file\n1,Ann,a,z\n",
        "_source_file, _source_file__2",
        ("crm/lead/x.csv", "z"),
        {"_source_file__2": "clash"},
    ),
    "quote_in_a_header": (
        b'id,name,email,"a""; drop"\n1,Ann,a,z\n',
        "a_drop",
        ("z",),
        {"a_drop": "unknown"},
    ),
    "missing_optional": (
        b"id\n1\n",
        "id, name, email",
        ("1", None, None),
        {"name": "missing_optional", "email": "missing_optional"},
    ),
}


@pytest.mark.parametrize("name", HEADERS)
def test_headers(house: House, name: str) -> None:
    content, columns, row, statuses = HEADERS[name]
    house.put(content)
    (table,) = house.load().tables
    assert house.rows(columns) == [row]
    assert dict(house.query("select column_name, status from raw._columns")) == statuses
    assert table.unknown_columns == tuple(
        sorted(column for column, status in statuses.items() if status == "unknown")
    )
    assert table.missing_columns == tuple(
        sorted(column for column, status in statuses.items() if status == "missing_optional")
    )


def test_files_with_different_columns_share_a_table(house: House) -> None:
    house.put(b"Id,Score\n1,7\n", "a.csv")
    house.put(b"colour,name,id\nred,Bob,2\n", "b.csv")
    house.load()
    assert house.rows("id, name, score, colour") == [
        ("1", None, "7", None),
        ("2", "Bob", None, "red"),
    ]


LACKS_ID = "crm/lead/c.csv: required column id is missing; the file has Number, name"


def test_file_without_a_required_column_is_refused_and_the_others_load(house: House) -> None:
    house.put(b"id,name\n1,Ann\n", "a.csv")
    house.put(b"Number,name\n3,Cy\n", "c.csv")
    report = house.load("first")
    assert report.notices == (LACKS_ID.replace(": required", ": refused, required"),)
    assert report.tables[0].refused_file_count == 1
    files = "select source_file, state, reason, record_count from raw._files order by 1"
    assert house.query(files) == [
        ("crm/lead/a.csv", "loaded", None, 1),
        ("crm/lead/c.csv", "refused", "missing_required_column", 0),
    ]
    # it is not read again, and said again
    again = house.load("second")
    assert (again.notices, again.tables[0].skipped_file_count) == (report.notices, 2)
    # until it is in order
    house.put(b"id,name\n3,Cy\n", "c.csv")
    assert house.load("third").notices == ()
    assert house.rows("id") == [("1",), ("3",)]
    assert house.query("select * from raw._quarantine") == []
    assert house.query("select status, count(*) from raw._columns group by all") == [
        ("missing_optional", 2)
    ]


def test_file_that_loses_a_required_column_keeps_the_rows_it_brought(house: House) -> None:
    house.put(b"id,name\n1,Ann\n2\n", "2026-01-31.csv")
    house.load("first")
    house.put(b"name\nAnn\n", "2026-01-31.csv")
    for _ in range(2):
        report = house.load("second")
        assert house.rows("id, _batch_id") == [("1", "first")]
        assert house.query("select record_count, loaded_count, state from raw._files") == [
            (2, 1, "refused")
        ]
        assert house.rejects() == [(3, "too_few_fields"), (None, "missing_required_column")]
        (table,) = report.tables
        assert (table.extracted_count, table.loaded_count, table.quarantined_count) == (2, 1, 1)
        assert "id is missing; the file has name" in report.notices[0]


def test_refused_file_that_is_gone_is_forgotten(house: House) -> None:
    house.put(b"id,name\n1,Ann\n", "a.csv")
    path = house.put(b"Number,name\n3,Cy\n", "c.csv")
    house.load()
    path.unlink()
    report = house.load()
    assert (report.notices, report.tables[0].file_count) == ((), 1)
    assert house.rejects() == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"Number,name\n3,Cy\n", LACKS_ID),
        (b"name,email\n", "column id is missing"),  # a file without a row has to have it, too
        (b"id;name\n1;Ann\n", "the file has id;name"),
    ],
)
def test_load_of_which_nothing_can_be_used_stops(
    house: House, content: bytes, message: str
) -> None:
    path = house.put(b"id,name\n1,Ann\n", "a.csv")
    house.load("first")
    path.unlink()
    house.put(content, "c.csv")
    with pytest.raises(LoadError, match=message):
        house.load("second", full_refresh=True)
    # nothing was written
    assert house.query("select source_file, batch_id from raw._files") == [
        ("crm/lead/a.csv", "first")
    ]
