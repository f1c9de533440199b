"""A production connector's tables of HubSpot, a third-party extract, counted with Python's csv."""

import csv

import duckdb
import pytest
from installation import CHECKOUT, Installation

EXTRACT = CHECKOUT.parent / "shared" / "data" / "fivetran_hubspot"

# what names a record of each table, as the connector documents it
KEYS = {
    "company": ["id"],
    "contact": ["id"],
    "contact_form_submission": ["conversion_id"],
    "contact_merge_audit": ["vid_to_merge", "canonical_vid"],
    "contact_property_history": ["contact_id", "name", "timestamp"],
    "deal": ["deal_id"],
    "deal_company": ["deal_id", "company_id"],
    "deal_contact": ["deal_id", "contact_id"],
    "deal_pipeline": ["pipeline_id"],
    "deal_pipeline_stage": ["stage_id"],
    "deal_property_history": ["deal_id", "name", "timestamp"],
    "deal_stage": ["deal_id", "date_entered", "value"],
    "email_campaign": ["id"],
    "email_event": ["id"],
    "email_event_click": ["id"],
    "email_event_delivered": ["id"],
    "email_event_open": ["id"],
    "email_event_sent": ["id"],
    "engagement": ["id"],
    "engagement_call": ["engagement_id"],
    "engagement_contact": ["engagement_id", "contact_id"],
    "engagement_deal": ["engagement_id", "deal_id"],
    "engagement_email": ["engagement_id"],
    "engagement_meeting": ["engagement_id"],
    "engagement_task": ["engagement_id"],
    "form": ["guid"],
    "merged_deal": ["deal_id", "merged_deal_id"],
    "owner": ["owner_id"],
    "team": ["id"],
}
# tables of the folder that say nothing of leads
UNREAD = {
    "company_property_history",
    "contact_list",
    "contact_list_member",
    "email_event_status_change",
    "engagement_communication",
    "engagement_company",
    "engagement_note",
    "property",
    "property_option",
}
RESENT = 10  # deals that a second extract brings again, beside one broken and one unusable line

pytestmark = pytest.mark.shared_data


def rows_of(name: str) -> list[dict[str, str]]:
    with (EXTRACT / f"{name}_data.csv").open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def connector(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    installation = Installation(tmp_path_factory.mktemp("connector"))
    for path in EXTRACT.glob("*_data.csv"):
        name = path.stem.removesuffix("_data")
        installation.place("hubspot", name, path.name, path.read_bytes())
    header, *lines = (EXTRACT / "deal_data.csv").read_text().splitlines()
    uncreated = ",".join(["1", "false", *[""] * (header.count(",") - 1)])
    resent = [header, *lines[-RESENT:], "2,false", uncreated, ""]
    installation.place("hubspot", "deal", "resent.csv", "\n".join(resent).encode())
    installation.refresh()
    return installation


@pytest.fixture
def release(connector: Installation):
    with connector.connect() as connection:
        yield connection


def test_the_folder_is_known_table_by_table():
    names = {path.stem.removesuffix("_data") for path in EXTRACT.glob("*_data.csv")}
    assert names == {*KEYS, *UNREAD}


def test_every_row_is_accounted_for(connector):
    expected = {}
    for name, key in KEYS.items():
        rows = rows_of(name)
        staged = len({tuple(row[column] for column in key) for row in rows})
        expected[name] = (len(rows), len(rows), 0, staged, len(rows) - staged, 0)
    count = expected["deal"][0]
    expected["deal"] = (count + RESENT + 2, count + RESENT + 1, 1, count, RESENT, 1)
    with duckdb.connect(connector.home / "warehouse.duckdb", read_only=True) as warehouse:
        found = {
            name: tuple(counts)
            for name, *counts in warehouse.execute(
                "select source_object, extracted_count, loaded_count, quarantined_count,"
                " staged_count, superseded_count, rejected_count"
                " from intermediate.int_quality__row_accounting"
            ).fetchall()
        }
        in_raw = {
            name: warehouse.execute(f"select count(*) from raw.hubspot__{name}").fetchone()[0]
            for name in KEYS
        }
    assert found == expected
    assert in_raw == {name: loaded for name, (_, loaded, *_) in expected.items()}


def test_what_was_not_staged_is_named_by_file_and_line(release):
    rows = release.execute(
        "select reason, source_file, source_line from reports.rpt_exceptions"
        " where is_excluded and source_object = 'deal' and reason != 'source_deleted' order by 1"
    ).fetchall()
    assert rows == [
        ("required_value_missing", "hubspot/deal/resent.csv", RESENT + 3),
        ("too_few_fields", "hubspot/deal/resent.csv", RESENT + 2),
    ]


def test_merged_contacts_are_one_lead_with_their_survivor(release):
    contacts = {row["id"]: row["property_hs_merged_object_ids"] for row in rows_of("contact")}
    merged = {
        found: survivor
        for survivor, found_ids in contacts.items()
        for found in filter(None, found_ids.split(";"))
    }
    assert set(merged) < set(contacts)
    lead_of = dict(
        release.execute(
            "select source_record_id, lead_id from marts.bridge_lead_aliases"
        ).fetchall()
    )
    assert set(lead_of) == set(contacts)
    assert {found: lead_of[found] for found in merged} == {
        found: lead_of[survivor] for found, survivor in merged.items()
    }
    (leads,) = release.execute("select count(*) from marts.dim_leads").fetchone()
    assert leads == len(contacts) - len(merged)


def test_touches_of_email_are_reach_and_forms_are_answers(release):
    types = {"OPEN": "email_open", "DELIVERED": "email_delivery", "SENT": "email_send"}
    expected: dict[tuple[str, bool], int] = {
        ("form", True): len(rows_of("contact_form_submission"))
    }
    for row in rows_of("email_event"):
        if row["type"] in types:
            key = types[row["type"]], False
            expected[key] = expected.get(key, 0) + 1
    found = release.execute(
        "select touch_type, is_attributable, count(*) from marts.fct_touches group by all"
    ).fetchall()
    assert {(name, attributable): count for name, attributable, count in found} == expected


def test_deals_without_a_stage_are_open(release):
    assert release.execute(
        "select count(*), count(*) filter (is_closed or is_won) from marts.fct_opportunities"
    ).fetchone() == (len(rows_of("deal")), 0)
