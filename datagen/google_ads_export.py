"""Google Ads extracts in the connector's shape, and the spend that they add up to."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from datagen.extract_files import write_extract
from datagen.sizes import DAY, END, LAST_DAY, SPEND_DAYS, START
from datagen.text_columns import Dates, Numbers, Texts, Times, label, repeat
from datagen.vocabulary import CURRENCIES, EUR, USD

_ACCOUNTS = [(4_301_775_210, "Leadworks EMEA", EUR, "Europe/Berlin")]
_ACCOUNTS += [(8_850_142_637, "Leadworks Americas", USD, "America/New_York")]
_DEVICES = ["DESKTOP", "MOBILE", "TABLET"]
_DEVICE_SHARES = np.array([0.6, 0.33, 0.07])
_TYPES = ["SEARCH", "DISPLAY", "PERFORMANCE_MAX", "VIDEO"]
_NETWORKS = ["SEARCH", "CONTENT", "MIXED", "YOUTUBE"]
_THEMES = ["Brand", "Competitor", "Lead Scoring", "Attribution", "CRM", "Pipeline"]
_VERSIONS = 3
_FIRST_SPEND_DAY = LAST_DAY - SPEND_DAYS + 1


@dataclass(frozen=True)
class AdCampaigns:
    """Ad campaigns and, per (campaign, day, device), impressions, clicks and cost in micros."""

    account: np.ndarray
    type: np.ndarray
    impressions: np.ndarray
    clicks: np.ndarray
    cost_micros: np.ndarray

    @property
    def ids(self) -> np.ndarray:
        """Campaign ids as Google numbers them."""
        return 20_113_000_007 + np.arange(len(self.account)) * 1_009

    @property
    def names(self) -> list[str]:
        """The names of today; earlier versions had another ending."""
        return [
            f"{'EMEA' if account == 0 else 'AMER'} | {_TYPES[kind].title()} | "
            f"{_THEMES[number % len(_THEMES)]} {number:04d}"
            for number, (account, kind) in enumerate(zip(self.account, self.type, strict=True))
        ]

    @property
    def currency(self) -> np.ndarray:
        """Position of each campaign's currency in CURRENCIES."""
        return np.array([account[2] for account in _ACCOUNTS])[self.account]

    @property
    def days(self) -> np.ndarray:
        """The days of the second axis."""
        return _FIRST_SPEND_DAY + np.arange(SPEND_DAYS)


def plan_ad_campaigns(count: int, seed: int) -> AdCampaigns:
    """Draw impressions, clicks and costs of every campaign, day and device."""
    rng = np.random.default_rng([seed, 9])
    number = np.arange(count)
    shape = (count, SPEND_DAYS, len(_DEVICES))
    level = np.exp(rng.normal(5.0, 0.8, count))[:, None, None] * _DEVICE_SHARES
    impressions = rng.poisson(level, shape)
    clicks = rng.binomial(impressions, rng.uniform(0.02, 0.09, count)[:, None, None])
    price = rng.uniform(0.8, 4.5, count)[:, None, None] * rng.uniform(0.7, 1.3, shape)
    cost = np.round(clicks * price * 1_000_000).astype(np.int64)
    # 2 of 5 campaigns run in the euro account
    return AdCampaigns(np.where(number % 5 < 2, 0, 1), number % 4, impressions, clicks, cost)


def export_google_ads(landing: Path, ads: AdCampaigns) -> dict[str, int]:
    """Write the three extracts and return the records per object."""
    folder = landing / "google_ads"
    customers = np.array([account[0] for account in _ACCOUNTS])
    campaign, day, device = (axis.ravel() for axis in np.indices(ads.clicks.shape, dtype=np.int32))
    stats = write_extract(
        folder / "campaign_stats" / "campaign_stats.csv",
        {
            "customer_id": Numbers(customers[ads.account][campaign]),
            "date": Dates(_FIRST_SPEND_DAY + day),
            "id": Numbers(ads.ids[campaign]),
            "ad_network_type": label(ads.type[campaign], _NETWORKS),
            "device": label(device, _DEVICES),
            "clicks": Numbers(ads.clicks.ravel()),
            "impressions": Numbers(ads.impressions.ravel()),
            "cost_micros": Numbers(ads.cost_micros.ravel()),
        },
        is_quoted=False,
    )
    return {
        "campaign_stats": stats,
        "campaign_history": _export_campaign_history(folder, ads, customers),
        "account_history": _export_account_history(folder, customers),
    }


def _export_campaign_history(folder: Path, ads: AdCampaigns, customers: np.ndarray) -> int:
    count = len(ads.account)
    campaign, version = (axis.ravel() for axis in np.indices((count, _VERSIONS)))
    updated_at = START - 10 * DAY + version * 200 * DAY + campaign * 61 % DAY
    names = ads.names
    versions = [
        f"{names[c]}{(' (draft)', ' v1', '')[v]}" for c, v in zip(campaign, version, strict=True)
    ]
    is_paused = (version == _VERSIONS - 1) & (campaign % 9 == 4)
    return write_extract(
        folder / "campaign_history" / "campaign_history.csv",
        {
            "id": Numbers(ads.ids[campaign]),
            "updated_at": Times(np.minimum(updated_at, END), b"Z"),
            "name": Texts(pa.array(versions)),
            "customer_id": Numbers(customers[ads.account][campaign]),
            "advertising_channel_type": label(ads.type[campaign], _TYPES),
            "status": label(is_paused.astype(np.int8), ["ENABLED", "PAUSED"]),
            "start_date": Dates(np.full(len(campaign), _FIRST_SPEND_DAY)),
            "end_date": repeat("2037-12-30", len(campaign)),
        },
        is_quoted=False,
    )


def _export_account_history(folder: Path, customers: np.ndarray) -> int:
    account, version = (axis.ravel() for axis in np.indices((len(_ACCOUNTS), 2)))

    def pick(position: int, ending: Callable[[int], str]) -> Texts:
        return Texts(
            pa.array(
                [
                    f"{_ACCOUNTS[a][position]}{ending(v)}"
                    for a, v in zip(account, version, strict=True)
                ]
            )
        )

    return write_extract(
        folder / "account_history" / "account_history.csv",
        {
            "id": Numbers(customers[account]),
            "updated_at": Times(START - 20 * DAY + version * 300 * DAY, b"Z"),
            "descriptive_name": pick(1, lambda v: "" if v else " (old name)"),
            "currency_code": label(
                np.array([entry[2] for entry in _ACCOUNTS])[account], CURRENCIES
            ),
            "time_zone": pick(3, lambda v: ""),
        },
        is_quoted=False,
    )
