"""Google Ads campaigns and the spend that they add up to."""

from dataclasses import dataclass

import numpy as np

from datagen.sizes import FIRST_SPEND_DAY, SPEND_DAYS
from datagen.vocabulary import EUR, USD

ACCOUNTS = [(4_301_775_210, "Leadworks EMEA", EUR, "Europe/Berlin")]
ACCOUNTS += [(8_850_142_637, "Leadworks Americas", USD, "America/New_York")]
DEVICES = ["DESKTOP", "MOBILE", "TABLET"]
TYPES = ["SEARCH", "DISPLAY", "PERFORMANCE_MAX", "VIDEO"]
_DEVICE_SHARES = np.array([0.6, 0.33, 0.07])
_THEMES = ["Brand", "Competitor", "Lead Scoring", "Attribution", "CRM", "Pipeline"]


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
            f"{'EMEA' if account == 0 else 'AMER'} | {TYPES[kind].title()} | "
            f"{_THEMES[number % len(_THEMES)]} {number:04d}"
            for number, (account, kind) in enumerate(zip(self.account, self.type, strict=True))
        ]

    @property
    def currency(self) -> np.ndarray:
        """Position of each campaign's currency in CURRENCIES."""
        return np.array([account[2] for account in ACCOUNTS])[self.account]

    @property
    def days(self) -> np.ndarray:
        """The days of the second axis."""
        return FIRST_SPEND_DAY + np.arange(SPEND_DAYS)


def plan_ad_campaigns(count: int, seed: int) -> AdCampaigns:
    """Draw impressions, clicks and costs of every campaign, day and device."""
    rng = np.random.default_rng([seed, 9])
    number = np.arange(count)
    shape = (count, SPEND_DAYS, len(DEVICES))
    level = np.exp(rng.normal(5.0, 0.8, count))[:, None, None] * _DEVICE_SHARES
    impressions = rng.poisson(level, shape)
    clicks = rng.binomial(impressions, rng.uniform(0.02, 0.09, count)[:, None, None])
    price = rng.uniform(0.8, 4.5, count)[:, None, None] * rng.uniform(0.7, 1.3, shape)
    cost = np.round(clicks * price * 1_000_000).astype(np.int64)
    # 2 of 5 campaigns run in the euro account
    return AdCampaigns(np.where(number % 5 < 2, 0, 1), number % 4, impressions, clicks, cost)
