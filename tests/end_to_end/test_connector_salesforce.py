"""Salesforce as a connector copies it: a third-party org beside a small org of our own.

The second org (`salesforce@emea`) has what the third-party extracts lack: field history without
stage history, versions of leads, member statuses, dated rates, calendar entries to come.
"""

# Extracts stand here as they look.
# ruff: noqa: E501

import csv
import shutil
from datetime import datetime
from decimal import Decimal

import duckdb
import pytest
from installation import CHECKOUT, Installation

EXTRACTS = CHECKOUT.parent / "shared" / "data" / "fivetran_salesforce"
OBJECTS = ["account", "contact", "event", "lead", "opportunity", "opportunity_history", "task"]
OTHER_OBJECTS = ["account_history", "contact_history", "opportunity_line_item", "order"]

EMEA = {
    "lead": """Id,FirstName,LastName,Email,Company,Status,CreatedDate,SystemModstamp
00Q000000000001AAA,Ann,Ash,ann@acme.example,Acme,Working - Contacted,2026-01-01T10:00:00Z,2026-03-01T00:00:00Z
00Q000000000002AAA,Bob,Bay,bob@bay.example,Bay,Working - Contacted,2026-01-01T10:00:00Z,2026-03-01T00:00:00Z
""",
    # versions, not changes: the first is no event, the second changed nothing
    "lead_history": """id,created_date,status,_fivetran_start,_fivetran_end,_fivetran_active
00Q000000000001AAA,2026-01-01 10:00:00,Open - Not Contacted,2026-01-02 00:00:00,2026-01-03 00:00:00,false
00Q000000000001AAA,2026-01-01 10:00:00,Open - Not Contacted,2026-01-03 00:00:00,2026-01-08 12:00:00,false
00Q000000000001AAA,2026-01-01 10:00:00,Working - Contacted,2026-01-08 12:00:00,9999-12-31 23:59:59,true
00Q000000000002AAA,2026-01-01 10:00:00,Working - Contacted,2026-01-20 00:00:00,9999-12-31 23:59:59,true
""",
    "event": """Id,WhoId,Subject,Type,StartDateTime,CreatedDate,SystemModstamp
00U000000000001AAA,00Q000000000001AAA,Intro,Meeting,2026-01-05T09:00:00Z,2026-01-02T09:00:00Z,2026-01-02T09:00:00Z
00U000000000002AAA,00Q000000000002AAA,Demo,Meeting,2026-06-01T09:00:00Z,2026-01-02T09:00:00Z,2026-01-02T09:00:00Z
""",
    "campaign": """Id,Name,Type,CreatedDate
701000000000001AAA,Spring show,Trade Show,2026-01-01T00:00:00Z
""",
    # no HasResponded: the status says it
    "campaign_member": """Id,CampaignId,LeadId,Status,FirstRespondedDate,CreatedDate
00v000000000001AAA,701000000000001AAA,00Q000000000001AAA,Attended,2026-01-07,2026-01-01T12:00:00Z
00v000000000002AAA,701000000000001AAA,00Q000000000002AAA,Invited,,2026-01-01T12:00:00Z
""",
    "campaign_member_status": """Id,CampaignId,Label,HasResponded,IsDefault
01Y000000000001AAA,701000000000001AAA,Attended,1,
01Y000000000002AAA,701000000000001AAA,Invited,,1
""",
    "opportunity": """Id,Name,StageName,Amount,CurrencyIsoCode,CloseDate,IsClosed,IsWon,Probability,loss_reason_c,CreatedDate
006000000000001AAA,Euro,Closed Won,1000.00,EUR,2026-02-10,true,true,100,,2026-01-10T10:00:00Z
006000000000002AAA,Yen,Closed Won,150000,JPY,2026-02-10,true,true,100,,2026-01-10T10:00:00Z
006000000000003AAA,Old euro,Closed Lost,1000.00,EUR,2025-12-31,true,false,0,Price,2025-12-01T10:00:00Z
006000000000004AAA,Late euro,Closed Won,1000.00,EUR,2026-02-28,true,true,100,,2026-01-10T10:00:00Z
""",
    "opportunity_field_history": """Id,OpportunityId,Field,OldValue,NewValue,CreatedDate
017000000000001AAA,006000000000001AAA,Amount,400,1000,2026-02-01T10:00:00Z
017000000000002AAA,006000000000001AAA,StageName,Proposal,Closed Won,2026-02-09T15:00:00Z
""",
    "currency_type": """Id,IsoCode,ConversionRate,IsCorporate,IsActive
01L000000000001AAA,USD,1,true,true
01L000000000002AAA,EUR,0.5,false,true
01L000000000003AAA,JPY,150,false,true
""",
    "dated_conversion_rate": """Id,IsoCode,StartDate,NextStartDate,ConversionRate
04w000000000001AAA,EUR,2026-01-01,2026-02-15,0.8
04w000000000002AAA,EUR,2026-02-15,9999-12-31,0.64
""",
}

pytestmark = pytest.mark.shared_data


def read_rows(name: str) -> list[dict[str, str]]:
    path = EXTRACTS / f"sf_{name}_data.csv"
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.fixture(scope="module")
def orgs(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """Both orgs in one landing folder, refreshed once."""
    installation = Installation(tmp_path_factory.mktemp("salesforce"))
    for name in [*OBJECTS, "user", *OTHER_OBJECTS]:
        folder = installation.landing / "salesforce" / name
        folder.mkdir(parents=True)
        shutil.copy(EXTRACTS / f"sf_{name}_data.csv", folder)
    for name, text in EMEA.items():
        installation.place("salesforce@emea", name, f"{name}.csv", text.encode())
    said = installation.refresh()
    for name in OTHER_OBJECTS:
        assert f"salesforce/{name}" in said, said
    return installation


@pytest.fixture(scope="module")
def release(orgs: Installation):
    with orgs.connect() as connection:
        yield connection


def test_every_row_is_accounted_for(orgs: Installation):
    with duckdb.connect(orgs.home / "warehouse.duckdb", read_only=True) as warehouse:
        found = warehouse.execute(
            "select source_object, extracted_count, staged_count, superseded_count,"
            " quarantined_count + rejected_count from intermediate.int_quality__row_accounting"
            " where source_system = 'salesforce' order by 1"
        ).fetchall()
    counts = {name: len(read_rows(name)) for name in [*OBJECTS, "user"]}
    assert found == [(name, count, count, 0, 0) for name, count in sorted(counts.items())]


def test_deleted_opportunities_are_told_and_left_out(release):
    deleted = {row["id"] for row in read_rows("opportunity") if row["is_deleted"] == "true"}
    told = release.execute(
        "select source_record_id from reports.rpt_exceptions"
        " where reason = 'source_deleted' and source_system = 'salesforce'"
    ).fetchall()
    assert len(deleted) == 10
    assert {record for (record,) in told} == deleted
    left = "select count(*) from marts.fct_opportunities where source_system = 'salesforce'"
    assert release.execute(left).fetchone() == (0,)


def test_probability_over_hundred_is_an_exception(release):
    bad = [row["id"] for row in read_rows("opportunity") if float(row["probability"] or 0) > 100]
    rows = release.execute(
        "select source_record_id from reports.rpt_exceptions where reason = 'invalid_probability'"
    ).fetchall()
    assert [record for (record,) in rows] == bad == ["006q000000HddohAAB"]


def test_probability_is_a_fraction(release):
    """Salesforce exports percent: 100 is certain, not a hundred times certain."""
    rows = release.execute(
        "select source_record_id, probability from marts.fct_opportunities"
        " where source_system = 'salesforce@emea' order by 1"
    ).fetchall()
    assert [probability for _, probability in rows] == [1.0, 1.0, 0.0, 1.0]


def test_what_was_closed_when_the_history_began_closed_on_its_close_date(release):
    """Every opportunity has one version here, which began long after the close date."""
    expected = {
        row["id"]: (
            "customer" if row["is_won"] == "true" else "lost",
            datetime.fromisoformat(row["close_date"]).replace(hour=23, minute=59, second=59),
        )
        for row in read_rows("opportunity_history")
        if row["is_closed"] == "true"
    }
    rows = release.execute(
        "select split_part(source_record_id, '@', 1), to_stage, occurred_at"
        " from marts.fct_opportunity_stage_events"
        " where source_object = 'opportunity_history' and to_stage in ('customer', 'lost')"
    ).fetchall()
    assert {record: (stage, moment) for record, stage, moment in rows} == expected
    assert len(expected) == 9


def test_versions_of_a_lead_are_events_where_the_status_changes(release):
    rows = release.execute(
        "select to_stage, occurred_at from marts.fct_lead_stage_events"
        " where source_system = 'salesforce@emea' and source_object = 'lead_history'"
        " and not is_inferred order by occurred_at"
    ).fetchall()
    assert rows == [("sal", datetime(2026, 1, 8, 12))]


def test_field_history_gives_the_second_of_the_win(release):
    rows = release.execute(
        "select to_stage, occurred_at, source_object from marts.fct_opportunity_stage_events"
        " join marts.fct_opportunities as opportunity using (opportunity_id)"
        " where opportunity.source_record_id = '006000000000001AAA' order by event_number"
    ).fetchall()
    assert rows == [
        ("opportunity", datetime(2026, 1, 10, 10), "opportunity"),
        ("customer", datetime(2026, 2, 9, 15), "opportunity_field_history"),
    ]
    (pipeline,) = release.execute(
        "select sum(credited_amount) from marts.fct_attribution_credits"
        " join marts.fct_opportunities as opportunity using (opportunity_id)"
        " where opportunity.source_record_id = '006000000000001AAA'"
        " and conversion_type = 'pipeline' and attribution_model = 'linear'"
    ).fetchone()
    # the first amount, 400, was the one at its creation
    assert pipeline == Decimal(400) / Decimal("0.8")


def test_corporate_rates_divide(release):
    rows = release.execute(
        "select source_record_id, opportunity_amount from marts.fct_opportunities"
        " where source_system = 'salesforce@emea' order by 1"
    ).fetchall()
    assert rows == [
        ("006000000000001AAA", Decimal("1250.00")),  # 1000 / 0.8
        ("006000000000002AAA", Decimal("1000.00")),  # 150000 / 150, no dated rate of the yen
        ("006000000000003AAA", None),  # before the first dated rate of the euro
        ("006000000000004AAA", Decimal("1562.50")),  # 1000 / 0.64
    ]
    missing = release.execute(
        "select source_record_id, detail from reports.rpt_exceptions"
        " where reason = 'missing_fx_rate' order by 2"
    ).fetchall()
    # neither when it was created nor when it was closed
    assert missing == [
        ("006000000000003AAA", "EUR on 2025-12-01, the day of its creation"),
        ("006000000000003AAA", "EUR on 2025-12-31"),
    ]


def test_member_status_says_who_responded(release):
    rows = release.execute(
        "select source_record_id, touch_type, is_attributable, occurred_at from marts.fct_touches"
        " where source_object = 'campaign_member' order by 1"
    ).fetchall()
    assert rows == [
        ("00v000000000001AAA", "campaign_response", True, datetime(2026, 1, 7)),
        ("00v000000000002AAA", "campaign_membership", False, datetime(2026, 1, 1, 12)),
    ]


def test_a_meeting_counts_once_it_has_begun(release):
    rows = release.execute(
        "select source_record_id, record_class from marts.dim_leads"
        " where source_system = 'salesforce@emea' order by 1"
    ).fetchall()
    assert rows == [("00Q000000000001AAA", "lead"), ("00Q000000000002AAA", "name")]


def test_lost_reason_comes_from_the_connectors_column(release):
    rows = release.execute(
        "select lost_reason from marts.fct_opportunities where lost_reason is not null"
    ).fetchall()
    assert rows == [("Price",)]
