"""A second, small Salesforce org: other people under the same record ids.

Ids count up in every org, so the first records of both orgs have equal ids. Nobody and nothing
else is shared: addresses, accounts and opportunities are its own. Its sales team logs meetings as
events, not tasks.
"""

from dataclasses import dataclass

import numpy as np

from datagen.plan.deals import plan_deals
from datagen.plan.lead_records import plan_lead_records
from datagen.plan.org import Org
from datagen.plan.population import plan_population
from datagen.plan.sales_notes import plan_sales_notes
from datagen.plan.scores import plan_scores
from datagen.sizes import DAY, END, HOUR, MISSING, Sizes
from datagen.vocabulary import MQL

_NAME = "emea"
_SHARE = 0.05
_SMALLEST_SCALE = 0.005
_SEED_OF_ORG = 1_000_003


@dataclass(frozen=True)
class Events:
    """Meetings in the calendar; those that start after the period have not happened."""

    lead: np.ndarray
    contact: np.ndarray
    account: np.ndarray
    opportunity: np.ndarray
    owner: np.ndarray
    starts_at: np.ndarray
    minutes: np.ndarray
    created_at: np.ndarray
    is_deleted: np.ndarray

    @property
    def is_held(self) -> np.ndarray:
        """Started by the end of the period, and not deleted."""
        return (self.starts_at <= END) & ~self.is_deleted


@dataclass(frozen=True)
class SecondOrg:
    """The org and its calendar."""

    org: Org
    events: Events


def plan_second_org(scale: float, seed: int) -> SecondOrg:
    """Draw the org; it is small, but never too small for its defects."""
    sizes = Sizes.at(max(_SMALLEST_SCALE, _SHARE * scale))
    own_seed = seed + _SEED_OF_ORG
    population = plan_population(sizes, own_seed, org=_NAME)
    deals = plan_deals(sizes, population, own_seed)
    org = Org(
        sizes=sizes,
        population=population,
        deals=deals,
        lead_records=plan_lead_records(sizes, population, population.last_step_at, own_seed),
        notes=plan_sales_notes(population, deals, own_seed),
        # its score is a guess
        scores=plan_scores(population, deals, own_seed, separation=0.0),
    )
    return SecondOrg(org, _plan_events(org, own_seed))


def _plan_events(org: Org, seed: int) -> Events:
    rng = np.random.default_rng([seed, 10])
    population, deals = org.population, org.deals
    is_mql = population.path == MQL
    lead = np.flatnonzero(is_mql.any(axis=1) & ~population.is_quiet)
    lead = lead[rng.random(len(lead)) < 0.6]
    first_mql = population.path_at[lead, is_mql[lead].argmax(axis=1)]
    created_at = first_mql + (rng.random(len(lead)) * np.minimum(END - first_mql, 5 * DAY)).astype(
        np.int64
    )
    # a meeting is in the calendar before it is held: the last ones are still ahead
    starts_at = created_at + (1 + rng.integers(0, 15 * 24, len(lead))) * HOUR
    ahead = sorted({0, len(lead) // 2})
    created_at[ahead] = END - 2 * DAY
    starts_at[ahead] = END + 9 * DAY
    is_deleted = np.zeros(len(lead), dtype=bool)
    is_deleted[rng.choice(np.arange(1, len(lead) // 2), 2, replace=False)] = True
    # conversion moves a lead's events to the contact
    is_moved = deals.lead_contact[lead] >= 0
    order = np.argsort(created_at, kind="stable")
    events = {
        "lead": np.where(is_moved, MISSING, lead),
        "contact": deals.lead_contact[lead],
        "account": deals.lead_account[lead],
        "opportunity": deals.lead_opportunity[lead],
        "owner": population.owner[lead],
        "starts_at": starts_at,
        "minutes": rng.choice([15, 30, 60], len(lead)),
        "created_at": created_at,
        "is_deleted": is_deleted,
    }
    return Events(**{name: values[order] for name, values in events.items()})
