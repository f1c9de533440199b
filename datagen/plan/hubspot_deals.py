"""HubSpot deals: what a small second sales team sells to people whom only HubSpot knows."""

from dataclasses import dataclass

import numpy as np

from datagen.plan.hubspot_contacts import LIFECYCLE_WIDTH
from datagen.sizes import DAY, END, MISSING, Sizes
from datagen.vocabulary import (
    DEAL_FIRST,
    DEAL_KICKOFF,
    DEAL_LOST,
    DEAL_SECOND,
    DEAL_THIRD,
    DEAL_WON,
    EUR,
    HUBSPOT_CUSTOMER,
    HUBSPOT_LEAD,
    HUBSPOT_MQL,
    HUBSPOT_OPPORTUNITY,
    HUBSPOT_SQL,
    USD,
)

PLAIN, DELETED, NOT_SALES = range(3)
OWNERS = 4
_WON = [(DEAL_FIRST, DEAL_SECOND, DEAL_THIRD, DEAL_WON), (DEAL_FIRST, DEAL_THIRD, DEAL_WON)]
_LOST = [(DEAL_FIRST, DEAL_LOST), (DEAL_FIRST, DEAL_SECOND, DEAL_LOST)]
_OPEN = [(DEAL_FIRST,), (DEAL_FIRST, DEAL_SECOND)]
_WIDTH = 4


@dataclass(frozen=True)
class HubspotDeals:
    """One row per deal; `primary` and `person` count the people whom only HubSpot knows from 0.

    `deal` and `person` are the associations of deals and contacts, the primary first.
    """

    primary: np.ndarray
    company: np.ndarray
    created_at: np.ndarray
    stages: np.ndarray
    stage_at: np.ndarray
    kind: np.ndarray
    is_new: np.ndarray
    is_type_blank: np.ndarray
    currency: np.ndarray
    cents: np.ndarray
    owner: np.ndarray
    deal: np.ndarray
    person: np.ndarray

    def __len__(self) -> int:
        """Number of deals, deleted ones included."""
        return len(self.primary)

    @property
    def stage(self) -> np.ndarray:
        """The present stage."""
        return self.stages[np.arange(len(self)), (self.stages >= 0).sum(axis=1) - 1]

    @property
    def last_step_at(self) -> np.ndarray:
        """The time of the present stage."""
        return self.stage_at.max(axis=1)

    @property
    def is_live(self) -> np.ndarray:
        """Not deleted in the source."""
        return self.kind != DELETED

    @property
    def is_won(self) -> np.ndarray:
        """Closed as won."""
        return self.stage == DEAL_WON


def plan_deals(
    sizes: Sizes, created_at: np.ndarray, company: np.ndarray, rng: np.random.Generator
) -> HubspotDeals:
    """Deals of some people, given their creation; colleagues move to the primary's company."""
    count = max(24, round(0.02 * sizes.leads))
    early = rng.permutation(np.flatnonzero(created_at <= END - 60 * DAY))
    if len(early) < 2 * count:
        raise ValueError("the scale is too small for HubSpot deals")
    primary = np.sort(early[:count])
    room = END - 20 * DAY - created_at[primary]
    deal_at = created_at[primary] + DAY + (rng.random(count) ** 2 * (room - DAY)).astype(np.int64)

    # one colleague in three deals, each in one deal only, and known before the deal
    guests = early[count : count + count // 3]
    hosts = np.sort(rng.permutation(count)[: len(guests)])
    fits = created_at[guests] < deal_at[hosts]
    guests, hosts = guests[fits], hosts[fits]
    company[guests] = company[primary[hosts]]

    number = np.arange(count)
    kind = np.full(count, PLAIN)
    kind[: sizes.planted(50, 2)] = NOT_SALES
    kind[-sizes.planted(50, 2) :] = DELETED
    course = rng.permutation(number % 10)
    course[kind == DELETED] = 0
    templates = [*_WON, *_LOST, *_OPEN, (DEAL_KICKOFF,)]
    table = np.full((len(templates), _WIDTH), MISSING, dtype=np.int64)
    for row, steps in enumerate(templates):
        table[row, : len(steps)] = steps
    chosen = np.array([0, 0, 0, 1, 2, 2, 3, 4, 5, 5])[course]
    chosen[kind == NOT_SALES] = len(templates) - 1
    stages = table[chosen]
    gaps = np.maximum(14 * DAY * np.exp(rng.normal(0, 0.8, stages.shape)), 3600)
    gaps[:, 0] = 0
    gaps[stages == MISSING] = 0
    squeeze = np.minimum((END - DAY - deal_at) * 0.9 / np.maximum(gaps.sum(axis=1), 1), 1)
    stage_at = deal_at[:, None] + np.cumsum((gaps * squeeze[:, None]).astype(np.int64), axis=1)
    stage_at[stages == MISSING] = MISSING

    cents = np.round(6_000 * np.exp(rng.normal(0, 0.7, count))).astype(np.int64) * 100
    cents[rng.random(count) < 0.3] += 37
    open_deals = np.flatnonzero((chosen >= 4) & (kind == PLAIN))
    cents[open_deals[:2]] = MISSING
    return HubspotDeals(
        primary=primary,
        company=company[primary],
        created_at=deal_at,
        stages=stages,
        stage_at=stage_at,
        kind=kind,
        is_new=number % 6 != 5,
        is_type_blank=number % 12 == 1,
        currency=np.where(rng.random(count) < 0.3, EUR, USD),
        cents=cents,
        owner=number % OWNERS,
        deal=np.r_[number, hosts],
        person=np.r_[primary, guests],
    )


def follow_deals(
    deals: HubspotDeals, created_at: np.ndarray, path: tuple[np.ndarray, np.ndarray]
) -> None:
    """Give the primary contacts the lifecycle that HubSpot sets from a deal, in place."""
    stages, stage_at = path
    rows = deals.primary
    stages[rows], stage_at[rows] = MISSING, MISSING
    wait = deals.created_at - created_at[rows]
    is_short = np.arange(len(rows)) % 3 == 0
    won_at = np.where(deals.is_won, deals.last_step_at, MISSING)
    steps = [
        (HUBSPOT_LEAD, created_at[rows]),
        (HUBSPOT_MQL, np.where(is_short, MISSING, created_at[rows] + wait // 3)),
        (HUBSPOT_SQL, created_at[rows] + wait * 2 // 3),
        # HubSpot moves the contact in the second in which the deal is made, or won
        (HUBSPOT_OPPORTUNITY, deals.created_at),
        (HUBSPOT_CUSTOMER, won_at),
    ]
    length = np.zeros(len(rows), dtype=np.int64)
    for stage, at in steps:
        known = np.flatnonzero(at >= 0)
        stages[rows[known], length[known]] = stage
        stage_at[rows[known], length[known]] = at[known]
        length[known] += 1
    if length.max(initial=0) > LIFECYCLE_WIDTH:
        raise ValueError("a lifecycle is longer than its table")
