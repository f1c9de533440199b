"""Spend of LinkedIn and Meta: of each day, what the newest extract of that day says."""

from collections import Counter, defaultdict
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import pytest
from company_extracts import Extracts, convert

CENT = Decimal("0.01")


def read_report(extracts: Extracts, folder: str, key: tuple[str, ...]) -> list[dict[str, str]]:
    """The rows that stand: files in order of their time, each replacing what it has again."""
    held: dict[tuple[str, ...], list[dict[str, str]]] = {}
    for part in extracts.read_parts(folder):
        pairs = defaultdict(list)
        for row in part:
            pairs[tuple(row[name] for name in key)].append(row)
        held |= pairs
    return [row for rows in held.values() for row in rows]


@pytest.fixture(scope="module")
def linkedin(extracts: Extracts) -> list[dict[str, str]]:
    return read_report(extracts, "linkedin_ads/ad_analytics_by_campaign", ("campaign_id", "day"))


@pytest.fixture(scope="module")
def meta(extracts: Extracts) -> list[dict[str, str]]:
    return read_report(extracts, "meta_ads/basic_ad", ("account_id", "date"))


def newest(extracts: Extracts, path: str, version: str) -> dict[str, dict[str, str]]:
    rows = extracts.read(f"{path}/{path.split('/')[1]}.csv")
    return {row["id"]: row for row in sorted(rows, key=lambda row: row[version])}


def check_spend(costs: dict, expected: dict, rates: dict) -> None:
    by_currency: dict[str, Decimal] = defaultdict(Decimal)
    total = Decimal(0)
    for (currency, _, day), cost in costs.items():
        rounded = cost.quantize(CENT, ROUND_HALF_UP)
        by_currency[currency] += rounded
        total += convert(rounded, currency, date.fromisoformat(day), rates)
    assert {code: str(value) for code, value in by_currency.items()} == expected[
        "total_by_currency"
    ]
    assert set(by_currency) == {"USD", "EUR"}
    assert str(total) == expected["total_usd"]
    assert len(costs) == expected["campaign_days"] == 6 * 540


def test_linkedin_spend(extracts: Extracts, sheet: dict, linkedin: list) -> None:
    campaigns = newest(extracts, "linkedin_ads/campaign_history", "last_modified_time")
    accounts = newest(extracts, "linkedin_ads/account_history", "last_modified_time")
    costs: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    for row in linkedin:
        currency = accounts[campaigns[row["campaign_id"]]["account_id"]]["currency"]
        costs[currency, row["campaign_id"], row["day"][:10]] += Decimal(
            row["cost_in_local_currency"]
        )
    expected = sheet["added"]["linkedin_ads"]["spend"]
    check_spend(costs, expected, extracts.read_rates())
    assert sum(int(row["clicks"]) for row in linkedin) == expected["clicks"]
    assert sum(int(row["impressions"]) for row in linkedin) == expected["impressions"]


def test_meta_spend(extracts: Extracts, sheet: dict, meta: list) -> None:
    accounts = newest(extracts, "meta_ads/account_history", "_fivetran_synced")
    ads = newest(extracts, "meta_ads/ad_history", "updated_time")
    costs: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    for row in meta:
        currency = accounts[row["account_id"]]["currency"]
        costs[currency, ads[row["ad_id"]]["campaign_id"], row["date"]] += Decimal(row["spend"])
    expected = sheet["added"]["meta_ads"]["spend"]
    check_spend(costs, expected, extracts.read_rates())
    assert sum(int(row["inline_link_clicks"]) for row in meta) == expected["clicks"]
    assert sum(int(row["impressions"]) for row in meta) == expected["impressions"]


def test_a_restatement_withdraws_rows(extracts: Extracts, sheet: dict, meta: list) -> None:
    parts = extracts.read_parts("meta_ads/basic_ad")
    ever = {(row["ad_id"], row["date"]) for part in parts for row in part}
    standing = {(row["ad_id"], row["date"]) for row in meta}
    expected = sheet["added"]["meta_ads"]["spend"]
    assert len(ever - standing) == expected["rows_withdrawn_by_a_later_extract"] == 3


def test_superseded_rows(extracts: Extracts, sheet: dict, meta: list, linkedin: list) -> None:
    for name, rows in (
        ("meta_ads.basic_ad", meta),
        ("linkedin_ads.ad_analytics_by_campaign", linkedin),
    ):
        counts = sheet["objects"][name]
        written = sum(len(part) for part in extracts.read_parts(name.replace(".", "/")))
        assert written == counts["records"]
        assert len(rows) == counts["staged"]


def test_the_late_file_says_nothing_new(extracts: Extracts) -> None:
    for folder, key in (
        ("linkedin_ads/ad_analytics_by_campaign", ("campaign_id", "day")),
        ("meta_ads/basic_ad", ("ad_id", "date")),
    ):
        paths = sorted((extracts.landing / folder).iterdir())
        late, first, second = extracts.read_parts(folder)
        assert paths[0].stat().st_mtime > paths[2].stat().st_mtime > paths[1].stat().st_mtime
        pairs = [
            {tuple(row[name] for name in key) for row in part} for part in (late, first, second)
        ]
        assert pairs[0] <= pairs[1] | pairs[2]
        assert pairs[1] & pairs[2]


@pytest.mark.parametrize(
    "path",
    [
        "linkedin_ads/campaign_history/campaign_history.csv",
        "linkedin_ads/account_history/account_history.csv",
        "meta_ads/campaign_history/campaign_history.csv",
        "meta_ads/ad_history/ad_history.csv",
        "meta_ads/account_history/account_history.csv",
    ],
)
def test_a_join_without_validity_would_multiply_spend(extracts: Extracts, path: str) -> None:
    assert min(Counter(row["id"] for row in extracts.read(path)).values()) > 1
