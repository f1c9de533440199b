"""What salespeople and leads wrote down: where they heard of us, why a lead went, list prices.

Drawn from a stream of its own, so that nothing else depends on it.
"""

from dataclasses import dataclass

import numpy as np

from datagen.plan.deals import Deals
from datagen.plan.population import Population
from datagen.sizes import MISSING
from datagen.vocabulary import DISQUALIFIED, HEARD_FROM, RECYCLED, STATUS_REASONS

_STREAM = 21
_HEARD_SHARES = [0.3, 0.25, 0.2, 0.15, 0.1]
_REASON_SHARES = [0.35, 0.25, 0.2, 0.15, 0.05]
_DISCOUNTS = np.array([0, 5, 10, 15, 20, 30])


@dataclass(frozen=True)
class SalesNotes:
    """Words per lead person and list prices per opportunity; MISSING where nothing was written.

    `heard_from` indexes HEARD_FROM, `status_reason` STATUS_REASONS.
    """

    heard_from: np.ndarray
    status_reason: np.ndarray
    list_cents: np.ndarray


def plan_sales_notes(population: Population, deals: Deals, seed: int) -> SalesNotes:
    """Half of the leads say where they heard of us; most exits and most prices are explained."""
    rng = np.random.default_rng([seed, _STREAM])
    count = len(population)
    heard_from = rng.choice(len(HEARD_FROM), count, p=_HEARD_SHARES)
    heard_from = np.where(rng.random(count) < 0.5, heard_from, MISSING)
    reason = rng.choice(len(STATUS_REASONS), count, p=_REASON_SHARES)
    is_explained = np.isin(population.status, (RECYCLED, DISQUALIFIED)) & (rng.random(count) < 0.9)
    cents = deals.opportunities.final_cents
    discount = rng.choice(_DISCOUNTS, len(cents))
    is_listed = (cents >= 0) & (rng.random(len(cents)) < 0.7)
    return SalesNotes(
        heard_from=heard_from,
        status_reason=np.where(is_explained, reason, MISSING),
        list_cents=np.where(is_listed, np.round(cents * 100 / (100 - discount)), MISSING).astype(
            np.int64
        ),
    )
