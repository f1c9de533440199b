"""LinkedIn and Meta campaigns: daily reports, restated by later extracts.

A platform restates its last weeks. The extract of mid June holds all days until then; the one of
1 July holds June again, with other figures. A third file was cut on 8 June and arrives last: all
of its days are in newer extracts, so that it must change nothing.
"""

from dataclasses import dataclass

import numpy as np

from datagen.sizes import (
    DAY,
    EXTRACTED_AT,
    FIRST_SPEND_DAY,
    HOUR,
    LAST_DAY,
    MISSING,
    SPEND_DAYS,
    Sizes,
)
from datagen.vocabulary import EUR, USD

_THEMES = ["Awareness", "Retargeting", "Lookalike", "Lead Gen", "Webinar", "Customer Stories"]
_SECOND_AT = EXTRACTED_AT
_FIRST_AT = EXTRACTED_AT - 16 * DAY
_LATE_AT = EXTRACTED_AT - 23 * DAY
_RESTATED_SINCE = LAST_DAY - 29
# micros of a currency unit: LinkedIn reports more than cents
_PRICE = (2_500_000, 9_000_000)


@dataclass(frozen=True)
class Extract:
    """One file of a report: which (unit, day) it holds, cut when, arrived when."""

    cut_at: int
    arrived_at: int
    first_day: int
    last_day: int
    is_restated: bool


@dataclass(frozen=True)
class SocialAds:
    """Campaigns of one platform, their units (campaigns or ads) and their daily reports.

    The second axis of the reports are the days from FIRST_SPEND_DAY. `*_before` is what extracts
    said before the platform restated; MISSING impressions mean that there is no row.
    """

    account: np.ndarray
    unit_campaign: np.ndarray
    impressions: np.ndarray
    clicks: np.ndarray
    cost_micros: np.ndarray
    impressions_before: np.ndarray
    clicks_before: np.ndarray
    cost_micros_before: np.ndarray

    @property
    def currency(self) -> np.ndarray:
        """Position of each campaign's currency in CURRENCIES: one account in each."""
        return np.array([EUR, USD])[self.account]

    @property
    def names(self) -> list[str]:
        """The campaigns' names of today."""
        return [
            f"{_THEMES[number % len(_THEMES)]} {('EMEA', 'AMER')[account]} {number:03d}"
            for number, account in enumerate(self.account)
        ]

    @property
    def days(self) -> np.ndarray:
        """The days of the second axis."""
        return FIRST_SPEND_DAY + np.arange(SPEND_DAYS)

    @property
    def extracts(self) -> list[Extract]:
        """The files of the report; only the second holds the restated figures."""
        first_end, late_end = ((at // DAY) - 1 for at in (_FIRST_AT, _LATE_AT))
        return [
            Extract(_FIRST_AT, _FIRST_AT, FIRST_SPEND_DAY, first_end, False),
            Extract(_SECOND_AT, _SECOND_AT, _RESTATED_SINCE, LAST_DAY, True),
            Extract(_LATE_AT, EXTRACTED_AT + 2 * HOUR, late_end - 13, late_end, False),
        ]

    def rows_of(self, extract: Extract) -> tuple[np.ndarray, np.ndarray]:
        """The (unit, column) of the rows of one file, by day."""
        impressions = self.impressions if extract.is_restated else self.impressions_before
        start = extract.first_day - FIRST_SPEND_DAY
        stop = extract.last_day - FIRST_SPEND_DAY + 1
        column, unit = np.nonzero(impressions[:, start:stop].T >= 0)
        return unit, column + start

    @property
    def superseded_rows(self) -> int:
        """Rows of older files whose day a newer file holds."""
        first, second, late = self.extracts
        return int(
            (self.rows_of(first)[1] + FIRST_SPEND_DAY >= second.first_day).sum()
            + len(self.rows_of(late)[0])
        )

    @property
    def withdrawn_rows(self) -> int:
        """Rows of the first file that the restatement no longer has."""
        return int(((self.impressions < 0) & (self.impressions_before >= 0)).sum())


def plan_social_ads(sizes: Sizes, seed: int, *, stream: int, units: int) -> SocialAds:
    """Draw the campaigns of one platform; `units` ads per campaign, 1 for campaign reports.

    With several ads per campaign a report may lose rows when it is restated.
    """
    rng = np.random.default_rng([seed, stream])
    count = max(6, round(120 * sizes.scale))
    number = np.arange(count)
    unit_campaign = np.repeat(number, units)
    shape = (len(unit_campaign), SPEND_DAYS)
    level = np.exp(rng.normal(5.2, 0.7, len(unit_campaign)))[:, None]
    impressions = rng.poisson(level, shape)
    clicks = rng.binomial(impressions, 0.012)
    cost = clicks * rng.integers(*_PRICE, shape) + impressions * 4_000
    if units > 1:
        # an ad is billed in cents
        cost = cost // 10_000 * 10_000
    is_restated = np.zeros(shape, dtype=bool)
    is_restated[:, _RESTATED_SINCE - FIRST_SPEND_DAY :] = True
    before = {
        "impressions_before": np.where(is_restated, impressions + 3, impressions),
        "clicks_before": clicks,
        "cost_micros_before": np.where(is_restated, cost + 70_000, cost),
    }
    if units > 1:
        # invalid traffic: the day's row of one ad is withdrawn, the ads beside it stay
        withdrawn = rng.integers(_RESTATED_SINCE - FIRST_SPEND_DAY, SPEND_DAYS - 20, 3)
        units_of = np.arange(3) * units
        impressions[units_of, withdrawn] = MISSING
        clicks[units_of, withdrawn] = 0
        cost[units_of, withdrawn] = 0
    return SocialAds(
        account=number % 2,
        unit_campaign=unit_campaign,
        impressions=impressions,
        clicks=clicks,
        cost_micros=cost,
        **before,
    )
