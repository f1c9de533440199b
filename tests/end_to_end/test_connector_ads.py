"""Spend of three ad platforms from a connector's tables, third-party extracts."""

import csv
import shutil
from collections import defaultdict
from decimal import Decimal

import pytest
from installation import CHECKOUT, Installation

EXTRACTS = CHECKOUT.parent / "shared" / "data"
# folder, what a file's name has before its object, system, objects
PLATFORMS = [
    (
        "fivetran_google_ads",
        "",
        "google_ads",
        ["campaign_stats", "campaign_history", "account_history"],
    ),
    (
        "fivetran_facebook_ads",
        "facebook_ads_",
        "meta_ads",
        ["basic_ad", "ad_history", "ad_set_history", "campaign_history", "account_history"],
    ),
    (
        "fivetran_linkedin",
        "linkedin_",
        "linkedin_ads",
        [
            "ad_analytics_by_campaign",
            "campaign_history",
            "campaign_group_history",
            "account_history",
        ],
    ),
]

pytestmark = pytest.mark.shared_data


def read_rows(folder: str, name: str) -> list[dict[str, str]]:
    path = EXTRACTS / folder / f"{name}_data.csv"
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.fixture(scope="module")
def ads(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """The three platforms in one landing folder, refreshed."""
    installation = Installation(tmp_path_factory.mktemp("ads"))
    for folder, prefix, system, objects in PLATFORMS:
        for name in objects:
            target = installation.landing / system / name
            target.mkdir(parents=True)
            shutil.copy(EXTRACTS / folder / f"{prefix}{name}_data.csv", target)
    # a release without a single lead is refused
    installation.place("generic", "leads", "leads.csv", b"lead_id,created_at\n1,2021-01-01\n")
    installation.refresh()
    return installation


@pytest.fixture(scope="module")
def release(ads: Installation):
    with ads.connect() as connection:
        yield connection


def test_spend_is_what_the_platforms_billed(release):
    rows = release.execute(
        "select source_system, sum(spend_amount), sum(spend_amount_original), min(currency_code),"
        " max(currency_code) from marts.fct_spend_daily group by 1 order by 1"
    ).fetchall()
    assert rows == [
        ("google_ads", Decimal("231.33"), Decimal("231.33"), "USD", "USD"),
        ("linkedin_ads", Decimal("530.62"), Decimal("530.62"), "USD", "USD"),
        ("meta_ads", Decimal("643.63"), Decimal("643.63"), "USD", "USD"),
    ]


def test_each_ad_pays_for_its_campaign(release):
    """Every version of an ad names one campaign here, so a plain dictionary is the answer."""
    campaigns = {
        row["id"]: row["campaign_id"]
        for row in read_rows("fivetran_facebook_ads", "facebook_ads_ad_history")
    }
    expected: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in read_rows("fivetran_facebook_ads", "facebook_ads_basic_ad"):
        key = (f"meta_ads:{campaigns[row['ad_id']]}", row["date"])
        expected[key] += Decimal(row["spend"])
    found = release.execute(
        "select campaign_key, strftime(date_day, '%Y-%m-%d'), spend_amount"
        " from marts.fct_spend_daily where source_system = 'meta_ads'"
    ).fetchall()
    assert {(key, day): amount for key, day, amount in found} == expected
    assert len(found) == len(expected) == 10


def test_clicks_and_impressions_are_not_multiplied(release):
    reports = {
        "google_ads": read_rows("fivetran_google_ads", "campaign_stats"),
        "linkedin_ads": read_rows("fivetran_linkedin", "linkedin_ad_analytics_by_campaign"),
        "meta_ads": read_rows("fivetran_facebook_ads", "facebook_ads_basic_ad"),
    }
    clicks = {"google_ads": "clicks", "linkedin_ads": "clicks", "meta_ads": "inline_link_clicks"}
    expected = {
        system: (
            sum(int(row["impressions"] or 0) for row in rows),
            sum(int(row[clicks[system]] or 0) for row in rows),
        )
        for system, rows in reports.items()
    }
    found = release.execute(
        "select source_system, sum(impressions), sum(clicks) from marts.fct_spend_daily group by 1"
    ).fetchall()
    assert {system: (shown, clicked) for system, shown, clicked in found} == expected


def test_channels_and_names(release):
    rows = release.execute(
        "select distinct source_system, channel, ad_account_id from marts.fct_spend_daily"
        " order by 1"
    ).fetchall()
    assert rows == [
        ("google_ads", "paid_search", "2121450128"),
        ("linkedin_ads", "paid_social", "507515057"),
        ("meta_ads", "paid_social", "1700252260223815"),
    ]
    (google_name,) = release.execute(
        "select campaign_name from marts.dim_campaigns where campaign_key = 'google_ads:9935249409'"
    ).fetchone()
    assert google_name == "Zj9yTjsXtiWREoWWkz3kww=="


def test_nothing_is_left_out(release):
    # campaigns that "end" in 2037 are told, and stay in
    rows = release.execute(
        "select distinct reason from reports.rpt_exceptions where is_excluded or severity = 'error'"
    ).fetchall()
    assert rows == []
