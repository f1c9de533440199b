"""Systems unheard of, added as docs/sources.md says: an ad platform and a CRM."""

# Extracts stand here as they look.
# ruff: noqa: E501

import csv
import io
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest
from installation import Installation, copy_checkout

SYSTEM = "tiktok_ads"
CONTRACT = """
version: 2

sources:
  - name: tiktok_ads
    schema: raw
    description: TikTok Ads, its own campaign report.
    tables:
      - name: campaign_report
        identifier: tiktok_ads__campaign_report
        description: Cost per campaign and day.
        config:
          meta:
            key: []
            extract: delta
            required: [stat_time_day, campaign_id, spend]
            replaces: [campaign_id, stat_time_day]
        columns:
          - {name: stat_time_day, data_type: date, config: {meta: {clock: true}}}
          - {name: campaign_id, data_type: varchar}
          - {name: campaign_name, data_type: varchar}
          - {name: spend, data_type: decimal, config: {meta: {scale: 6}}}
          - {name: impressions, data_type: integer}
          - {name: clicks, data_type: integer}
          - {name: currency, data_type: varchar}
"""
STAGING = """
{{ config(enabled=uses('tiktok_ads')) }}

select
    source_system,
    cast(null as {{ dbt.type_string() }}) as ad_account_id,
    campaign_id,
    campaign_name,
    'paid_social' as channel,
    stat_time_day as date_day,
    spend as cost_amount,
    currency as currency_code,
    impressions,
    clicks,
    source_file,
    source_line,
    clock_at
from {{ latest_rows('tiktok_ads', 'campaign_report') }} as latest
"""
REGISTRY_LINE = "        'tiktok_ads': {'campaign_report': 'spend'},\n"

# The report as the platform's own page exports it; 3001 was renamed, 9001 is broken.
REPORT = """stat_time_day,campaign_id,campaign_name,spend,impressions,clicks,currency
2026-01-05 00:00:00,3001,Launch,10.105,1000,10,USD
2026-01-05 00:00:00,3001,Launch,10.105,500,5,USD
2026-01-06 00:00:00,3001,Launch EU,20.00,2000,20,USD
2026-01-06 00:00:00,3002,Always on,7.50,700,7,EUR
not a day,9001,Broken,1.00,1,1,USD
"""
# 3001 of 6 January once more, a day later
RESTATED = """stat_time_day,campaign_id,campaign_name,spend,impressions,clicks,currency
2026-01-06 00:00:00,3001,Launch EU,21.00,2100,21,USD
"""

# Pipedrive's persons and deals as it exports them, and the names they have in the generic source.
PERSONS = """ID,Name,Email,Organization ID,Person created
11,Ann Ash,ann@acme.example,7,2026-01-02 09:00:00
12,Bob Bay,bob@bay.example,,2026-01-03 09:00:00
"""
DEALS = """ID,Title,Value,Currency,Stage,Status,Deal created,Won time,Lost time,Lost reason,Contact person ID
501,Acme pilot,1200,USD,Negotiation,won,2026-01-10 10:00:00,2026-01-20 12:00:00,,,11
502,Bay pilot,900,USD,Proposal,lost,2026-01-11 10:00:00,,2026-01-25 12:00:00,Price,12
"""
PERSON_NAMES = {
    "lead_id": ["ID"],
    "email": ["Email"],
    "created_at": ["Person created"],
}
DEAL_NAMES = {
    "opportunity_id": ["ID"],
    "name": ["Title"],
    "amount": ["Value"],
    "currency_code": ["Currency"],
    # what Pipedrive calls Status is what closes a deal
    "stage": ["Status"],
    "created_at": ["Deal created"],
    "closed_at": ["Won time", "Lost time"],
    "lost_reason": ["Lost reason"],
}


def rename(text: str, names: dict[str, list[str]]) -> bytes:
    """An export under the generic source's names; of several columns the first with a value."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(names)
    for row in csv.DictReader(io.StringIO(text)):
        writer.writerow(
            next((row[name] for name in of_column if row[name]), "") for of_column in names.values()
        )
    return out.getvalue().encode()


def add_tiktok(checkout: Path) -> None:
    """The edits of docs/sources.md; a newcomer uses no other system than the generic one."""
    folder = checkout / "dbt_project" / "models" / "staging" / SYSTEM
    folder.mkdir()
    (folder / "_tiktok_ads__sources.yml").write_text(CONTRACT)
    (folder / "stg_tiktok_ads__spend.sql").write_text(STAGING)
    registry = checkout / "dbt_project" / "macros" / "source_contract" / "contract.sql"
    text = registry.read_text()
    assert text.count("{%- set staged = {\n") == 1
    registry.write_text(
        text.replace("{%- set staged = {\n", "{%- set staged = {\n" + REGISTRY_LINE)
    )
    project = checkout / "dbt_project" / "dbt_project.yml"
    text = project.read_text()
    lines = [line for line in text.splitlines() if line.startswith("  systems: [")]
    assert len(lines) == 1
    project.write_text(text.replace(lines[0], f"  systems: [{SYSTEM}, generic]"))


@pytest.fixture(scope="module")
def newcomer(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """A copied checkout that knows TikTok, with its report and Pipedrive's exports."""
    checkout = copy_checkout(tmp_path_factory.mktemp("copied") / "checkout")
    add_tiktok(checkout)
    installation = Installation(tmp_path_factory.mktemp("newcomer"), checkout)
    put = installation.place
    put(SYSTEM, "campaign_report", "report_2026-01-07.csv", REPORT.encode())
    put(SYSTEM, "campaign_report", "report_2026-01-08.csv", RESTATED.encode())
    put("generic", "leads", "persons.csv", rename(PERSONS, PERSON_NAMES))
    put("generic", "opportunities", "deals.csv", rename(DEALS, DEAL_NAMES))
    members = rename(DEALS, {"opportunity_id": ["ID"], "lead_id": ["Contact person ID"]})
    put("generic", "opportunity_leads", "deals.csv", members)
    # left over from another try: a system that is not in use
    put("linkedin_ads", "campaign_history", "old.csv", b"id,last_modified_time\n1,2026-01-01\n")
    rate = b"date,from_currency,to_currency,rate\n2026-01-01,EUR,USD,1.2\n"
    put("generic", "fx_rates", "rates.csv", rate)
    installation.refresh()
    return installation


@pytest.fixture(scope="module")
def release(newcomer: Installation):
    with newcomer.connect() as connection:
        yield connection


def test_spend_of_the_new_platform(release):
    rows = release.execute(
        "select strftime(date_day, '%Y-%m-%d'), campaign_key, channel, currency_code,"
        " spend_amount_original, spend_amount, impressions, clicks from marts.fct_spend_daily"
        " where source_system = 'tiktok_ads' order by 1, 2"
    ).fetchall()
    assert rows == [
        # rounded after the sum: 10.11 twice would be 20.22
        (
            "2026-01-05",
            "tiktok_ads:3001",
            "paid_social",
            "USD",
            Decimal("20.21"),
            Decimal("20.21"),
            1500,
            15,
        ),
        (
            "2026-01-06",
            "tiktok_ads:3001",
            "paid_social",
            "USD",
            Decimal("21.00"),
            Decimal("21.00"),
            2100,
            21,
        ),
        (
            "2026-01-06",
            "tiktok_ads:3002",
            "paid_social",
            "EUR",
            Decimal("7.50"),
            Decimal("9.00"),
            700,
            7,
        ),
    ]


def test_its_campaigns_have_their_newest_names(release):
    rows = release.execute(
        "select campaign_key, campaign_name from marts.dim_campaigns"
        " where source_system = 'tiktok_ads' order by 1"
    ).fetchall()
    assert rows == [("tiktok_ads:3001", "Launch EU"), ("tiktok_ads:3002", "Always on")]


def test_its_broken_row_is_told(release):
    rows = release.execute(
        "select reason, is_excluded, source_file, source_line from reports.rpt_exceptions"
        " where source_system = 'tiktok_ads'"
    ).fetchall()
    assert rows == [
        (
            "required_value_invalid",
            True,
            "tiktok_ads/campaign_report/report_2026-01-07.csv",
            6,
        )
    ]


def test_what_nobody_reads_is_told(release):
    rows = release.execute(
        "select source_system, source_object, detail from reports.rpt_exceptions"
        " where reason = 'source_not_in_use'"
    ).fetchall()
    assert [row[:2] for row in rows] == [("linkedin_ads", "campaign_history")]
    assert rows[0][2].startswith("1 records are loaded and not read")


def test_deals_of_another_crm(release):
    rows = release.execute(
        "select source_record_id, is_closed, is_won, opportunity_amount, closed_at, lost_reason"
        " from marts.fct_opportunities order by 1"
    ).fetchall()
    assert rows[0] == ("501", True, True, Decimal("1200.00"), datetime(2026, 1, 20, 12), None)
    assert rows[1] == ("502", True, False, Decimal("900.00"), datetime(2026, 1, 25, 12), "Price")
    revenue = release.execute(
        "select alias.source_record_id, outcome, won_amount from marts.fct_lead_lifecycle"
        " join marts.bridge_lead_aliases as alias using (lead_id)"
        " order by 1"
    ).fetchall()
    assert revenue == [("11", "won", Decimal("1200.00")), ("12", "lost", Decimal("0.00"))]
