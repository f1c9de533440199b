"""The main job on Salesforce's own export of a workshop org, a third-party extract."""

import shutil
from decimal import Decimal

import pytest
from installation import CHECKOUT, Installation

EXPORT = CHECKOUT.parent / "shared" / "data" / "salesforce_workshop"
OBJECTS = {
    "Account": "account",
    "Campaign": "campaign",
    "CampaignMember": "campaign_member",
    "Contact": "contact",
    "Lead": "lead",
    "Opportunity": "opportunity",
    "Task": "task",
}
WON = Decimal("10542562.98")

pytestmark = pytest.mark.shared_data


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory):
    """The export, linked into a landing folder and refreshed."""
    installation = Installation(tmp_path_factory.mktemp("workshop"))
    for name, object_name in OBJECTS.items():
        folder = installation.landing / "salesforce" / object_name
        folder.mkdir(parents=True)
        shutil.copy(EXPORT / f"{name}.csv", folder)
    installation.refresh()
    with installation.connect() as release:
        yield release


def test_everybody_is_accounted_for(workshop):
    rows = workshop.execute(
        "select alias.source_object, count(distinct alias.source_record_id)"
        " from marts.bridge_lead_aliases as alias join marts.dim_leads using (lead_id) group by 1"
    ).fetchall()
    assert dict(rows) == {"lead": 60, "contact": 102}


def test_opportunities_and_wins(workshop):
    assert workshop.execute(
        "select count(*), count(*) filter (is_won), sum(opportunity_amount) filter (is_won),"
        " count(*) filter (has_time_anomaly and is_won) from marts.fct_opportunities"
    ).fetchone() == (50, 12, WON, 12)


def test_all_revenue_is_unattributed_under_every_model(workshop):
    rows = workshop.execute(
        "select attribution_model, channel, sum(credited_amount), bool_and(has_time_anomaly)"
        " from marts.fct_attribution_credits where conversion_type = 'revenue' group by all"
    ).fetchall()
    assert len(rows) == 18
    assert {row[1:] for row in rows} == {("(unattributed)", WON, True)}


def test_no_member_responded_so_none_is_a_touch(workshop):
    assert workshop.execute(
        "select count(*), count(*) filter (is_attributable) from marts.fct_touches"
        " where source_object = 'campaign_member'"
    ).fetchone() == (68, 0)


def test_now_is_the_newest_clock_and_not_the_last_view(workshop):
    (open_past_due,) = workshop.execute(
        "select count(*) from marts.fct_opportunities"
        " where not is_closed and expected_close_date < date '2024-01-23'"
    ).fetchone()
    assert open_past_due == 4


def test_impossible_wins_are_reported(workshop):
    (wins,) = workshop.execute(
        "select count(*) from reports.rpt_exceptions join marts.fct_opportunities"
        " using (source_system, source_record_id)"
        " where reason = 'impossible_close_date' and is_won"
    ).fetchone()
    assert wins == 12
