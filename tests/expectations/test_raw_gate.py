"""Gate 1 on raw tables written by hand."""

from dataclasses import asdict
from datetime import UTC, datetime, timedelta, timezone
from json import dumps

import duckdb
import pytest

from expectations.raw_gate import RawTable, raw_suites
from expectations.runner import run_gate

NEWEST = datetime(2026, 11, 20, 6, 0, 0)


def raw_table(table, rows, key=("id",), required=(), extracted_at=NEWEST, pii=()):
    return RawTable(
        table=table,
        key=key,
        required=required,
        pii_columns=frozenset(pii),
        expected_row_count=rows,
        extracted_at=extracted_at,
        newest_extracted_at=NEWEST,
    )


def write_raw(path, files, **tables):
    """`files`: (system, object, records, loaded, rejected, state, extracted); `tables`: selects."""
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema raw")
        connection.execute(
            """create table raw._files (source_file varchar, source_system varchar,
            source_object varchar, record_count bigint, loaded_count bigint, rejected_count bigint,
            state varchar, reason varchar, extracted_at timestamp)"""
        )
        connection.execute(
            "create table raw._columns (source_file varchar, column_name varchar, status varchar)"
        )
        for n, (system, name, records, loaded, rejected, state, extracted) in enumerate(files):
            source_file = f"{system}/{name}/{n}.csv"
            reason = None if state == "loaded" else "cut off"
            connection.execute(
                "insert into raw._files values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [source_file, system, name, records, loaded, rejected, state, reason, extracted],
            )
            if state == "refused":
                connection.execute(
                    "insert into raw._columns values (?, 'created_date', 'missing_required')",
                    [source_file],
                )
        for table, select in tables.items():
            connection.execute(f"create table raw.{table} as {select}")
    return path


LEADS = """select cast(i as varchar) as id, 'jane' || i || '@example.com' as email,
    '2026-01-01' as created_date, 'salesforce/lead/0.csv' as _source_file
    from range({rows}) r (i)"""


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    # 19 records with 10 rejected are too few to judge; 5 of 100 are just 5 %; five blank keys
    # of 95 are staging's; a header-only delta of today is fresh although its table is empty.
    path = write_raw(
        tmp_path_factory.mktemp("sound") / "warehouse.duckdb",
        [
            ("salesforce", "lead", 100, 95, 5, "loaded", NEWEST),
            ("salesforce", "lead", 0, 0, 0, "loaded", NEWEST),
            ("hubspot", "contacts", 19, 9, 10, "loaded", NEWEST - timedelta(days=8)),
            ("web", "sessions", 0, 0, 0, "loaded", NEWEST),
        ],
        salesforce__lead=LEADS.format(rows=90)
        + """ union all select null, null, '2026-01-01', 'salesforce/lead/0.csv' from range(5)""",
        hubspot__contacts=LEADS.format(rows=9),
        web__sessions=LEADS.format(rows=0),
    )
    tables = [
        raw_table("salesforce__lead", 95, required=("id", "created_date")),
        raw_table("hubspot__contacts", 9),
        raw_table("web__sessions", 0),
        raw_table("google_ads__campaign_stats", 0, extracted_at=None),
    ]
    return run_gate(path, raw_suites(tables), gate="raw")


@pytest.fixture(scope="module")
def broken(tmp_path_factory):
    old = NEWEST - timedelta(days=8, seconds=1)
    path = write_raw(
        tmp_path_factory.mktemp("broken") / "warehouse.duckdb",
        [
            ("salesforce", "lead", 100, 98, 2, "loaded", NEWEST),
            ("salesforce@emea", "lead", 10, 7, 2, "loaded", old),
            ("hubspot", "contacts", 10, 9, 1, "loaded", NEWEST),
            ("hubspot", "contacts", 10, 9, 1, "loaded", NEWEST),
            ("web", "sessions", None, 0, 0, "quarantined", NEWEST),
            # refused today: its table is no fresher for it
            ("salesforce@emea", "lead", 0, 0, 0, "refused", NEWEST),
        ],
        # 98 rows of which 6 have no key and 7 an empty one; 1 row too few
        salesforce__lead="""select
            case when i < 6 then null when i < 13 then '' else 'i' || i end as id,
            'jane' || i || '@example.com' as email, 'salesforce/lead/0.csv' as _source_file
            from range(98) r (i)""",
        # the key is an address and blank throughout; the file of a row is not known
        hubspot__contacts="""select '' as email, 'x' as name,
            case when i = 3 then null else 'hubspot/contacts/2.csv' end as _source_file
            from range(18) r (i)""",
    )
    tables = [
        raw_table("salesforce__lead", 99, required=("created_date",), pii=("email",)),
        raw_table("hubspot__contacts", 18, key=("email",), pii=("email",)),
        raw_table("salesforce__task", 3),
    ]
    return run_gate(path, raw_suites(tables), gate="raw")


def outcome(result, table, check):
    found = [c for c in result.checks if (c.table, c.check) == (table, check)]
    assert len(found) == 1
    return found[0]


def test_sound_extracts_pass_every_check(sound):
    assert [c.message for c in sound.checks if c.status != "passed"] == []
    # 3 tables with 5 checks, a freshness and refused files, 3 checks of the book of files
    assert sound.passed == 3 * 7 + 3
    assert outcome(sound, "salesforce__lead", "id_not_null").observed == 5


def test_a_table_without_a_file_has_no_checks(sound):
    assert not [c for c in sound.checks if "google_ads" in c.table]


@pytest.mark.parametrize(
    ("table", "check", "column", "severity", "observed", "piece"),
    [
        ("salesforce__lead", "row_count_equals", None, "block", 98, "expected 99 rows"),
        ("salesforce__lead", "has_columns", None, "block", 1, "1 missing (created_date)"),
        ("salesforce__lead", "id_not_null", "id", "block", 6, "6 of 98 rows"),
        ("salesforce__lead", "id_not_empty_text", "id", "block", 7, "7 of 98 rows"),
        ("salesforce__lead", "is_fresh", "extracted_at", "warn", 1, "salesforce@emea"),
        (
            *("salesforce__lead", "no_file_refused", "state", "warn", 1),
            "salesforce@emea/lead/5.csv missing_column=created_date",
        ),
        ("hubspot__contacts", "email_not_empty_text", "email", "block", 18, "18 of 18 rows"),
        ("hubspot__contacts", "_source_file_not_null", "_source_file", "block", 1, "1 of 18 rows"),
        # 2 of 20 records
        ("_files", "rejected_share", "rejected_count", "block", 1, "source_system=hubspot"),
        # 10 records in, 7 + 2 out
        ("_files", "records_are_conserved", "record_count", "block", 1, "emea/lead/1.csv"),
        ("_files", "no_file_quarantined", "state", "warn", 1, "web/sessions/4.csv reason=cut off"),
    ],
)
def test_a_planted_defect_fails_its_check(broken, table, check, column, severity, observed, piece):
    found = outcome(broken, table, check)
    assert (found.gate, found.schema, found.status) == ("raw", "raw", "failed")
    assert (found.column, found.severity, found.observed) == (column, severity, observed)
    for part in (f"{check} failed on raw.{table}", column or "", str(observed), piece):
        assert part in found.message
    assert (found in broken.blocking_failures) == (severity == "block")
    assert (found in broken.warnings) == (severity == "warn")


def test_only_the_planted_defects_fail(broken):
    assert broken.failed == 11
    freshness = [c.status for c in broken.checks if c.check == "is_fresh"]
    # no file of salesforce__task is in the book: nothing to call stale
    assert freshness == ["failed", "passed", "passed"]


def test_a_missing_table_is_errored(broken):
    errored = [c for c in broken.checks if c.status == "errored"]
    assert {c.table for c in errored} == {"salesforce__task"}
    assert len(errored) == broken.errored == 5
    assert set(errored) <= set(broken.blocking_failures)
    assert "the table cannot be read" in errored[0].message
    assert "Table with name salesforce__task does not exist" in errored[0].message


@pytest.mark.parametrize(
    ("rows", "share"),
    # 10 of 1000 and 6 of 600 are 1 %; 5 of 100 and of 20; 4 of 9 and 1 of 2 are the half; 0 of 1
    [(1000, "99.0%"), (600, "99.0%"), (100, "95.0%"), (20, "75.0%"), (9, "55.6%"), (2, "50.0%")],
)
def test_a_few_blank_keys_are_left_to_staging(rows, share):
    suite = raw_suites([raw_table("web__sessions", rows)])[0]
    claims = {check.name: check.expected for check in suite.expectations}
    assert claims["id_not_null"] == f"id filled in at least {share} of the rows"
    assert claims["id_not_empty_text"] == f"id not an empty text in at least {share} of the values"


@pytest.mark.parametrize("rows", [0, 1])
def test_the_only_key_of_a_table_is_not_blank(rows):
    suite = raw_suites([raw_table("web__sessions", rows)])[0]
    claims = {check.name: check.expected for check in suite.expectations}
    assert claims["id_not_null"] == "id filled in all rows"


def test_results_are_json_and_hold_no_address(sound, broken):
    text = dumps([asdict(c) for c in (*sound.checks, *broken.checks)])
    assert "id_not_null" in text
    assert "@example.com" not in text


def test_times_with_a_zone_are_compared_in_utc():
    east = timezone(timedelta(hours=2))
    naive = raw_suites([raw_table("web__sessions", 0)])
    zoned = raw_suites(
        [
            RawTable(
                **{
                    **asdict(raw_table("web__sessions", 0)),
                    "newest_extracted_at": NEWEST.replace(tzinfo=UTC).astimezone(east),
                }
            )
        ]
    )
    assert zoned[-1].expectations[-1].expected == naive[-1].expectations[-1].expected
    # 8 days before 20 November 06:00
    assert "2026-11-12 06:00:00 UTC" in naive[-1].expectations[-1].expected
