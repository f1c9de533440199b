"""Lead scores: what the scoring tool wrote into the history, and how much it really knew."""

from dataclasses import dataclass
from math import erf

import numpy as np

from datagen.plan.deals import Deals
from datagen.plan.population import EARLY_HISTORY, Population
from datagen.sizes import DAY, END, HOUR, MISSING
from datagen.vocabulary import DISQUALIFIED, MQL, RECYCLED

# an opportunity this soon after the decision is what the score was about
HORIZON_DAYS = 90
_MEAN, _SPREAD = 50, 15
_PERSON_SPAN = 1 << 33


@dataclass(frozen=True)
class Scores:
    """Changes of the score field in order of time, and the decisions that they were made for.

    `separation` is the distance between the mean scores of hits and misses, in standard deviations.
    """

    lead: np.ndarray
    changed_at: np.ndarray
    old: np.ndarray
    new: np.ndarray
    separation: float
    decisions: int
    hits: int

    @property
    def auc(self) -> float:
        """The probability that a hit scored higher than a miss, of two normal distributions."""
        return 0.5 * (1 + erf(self.separation / 2))


def plan_scores(population: Population, deals: Deals, seed: int, *, separation: float) -> Scores:
    """A first score at creation, one right before each decision, and some that mean nothing.

    A decision is the first entry to MQL of a cycle. Half of the hits are scored 95 a day after it:
    who looks at a later score than that of the decision finds one that knows everything.
    """
    rng = np.random.default_rng([seed, 32])
    is_scored = ~population.is_quiet & (population.kind != EARLY_HISTORY)
    lead, decided_at, is_last_cycle = _list_decisions(population, is_scored)
    is_hit = is_last_cycle & _has_opportunity_soon(deals, lead, decided_at)
    made_at = decided_at - rng.integers(60, HOUR, len(lead))
    made_at = np.maximum(made_at, population.created_at[lead] + 40)
    score = _MEAN + _SPREAD * (rng.normal(0, 1, len(lead)) + separation * is_hit)

    everyone = np.flatnonzero(is_scored & (population.created_at < END - HOUR))
    told = np.flatnonzero(is_hit & (rng.random(len(lead)) < 0.5) & (decided_at < END - 2 * DAY))
    silent = np.flatnonzero(is_scored & ~(population.path == MQL).any(axis=1))
    silent = silent[rng.random(len(silent)) < 0.15]
    silent_at = population.created_at[silent] + (rng.uniform(1, 20, len(silent)) * DAY).astype(
        np.int64
    )
    silent, silent_at = silent[silent_at <= END], silent_at[silent_at <= END]
    parts = [
        (everyone, population.created_at[everyone] + 20, rng.integers(5, 30, len(everyone))),
        (lead, made_at, score),
        (lead[told], decided_at[told] + DAY, np.full(len(told), 95)),
        (silent, silent_at, rng.normal(_MEAN + 5, _SPREAD, len(silent))),
    ]
    of = np.concatenate([part[0] for part in parts])
    at = np.concatenate([part[1] for part in parts])
    new = np.clip(np.round(np.concatenate([part[2] for part in parts])), 0, 100).astype(np.int64)
    by_lead = np.lexsort((at, of))
    of, at, new = of[by_lead], at[by_lead], new[by_lead]
    is_first = np.r_[True, of[1:] != of[:-1]]
    old = np.where(is_first, MISSING, np.r_[MISSING, new[:-1]])
    order = np.argsort(at, kind="stable")
    return Scores(
        lead=of[order],
        changed_at=at[order],
        old=old[order],
        new=new[order],
        separation=separation,
        decisions=len(lead),
        hits=int(is_hit.sum()),
    )


def _list_decisions(
    population: Population, is_scored: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Lead, time, and whether it is in the lead's last cycle."""
    path = population.path
    exits = np.isin(path, (RECYCLED, DISQUALIFIED)).cumsum(axis=1)
    cycle = np.zeros_like(path)
    cycle[:, 1:] = exits[:, :-1]
    last_cycle = np.where(path >= 0, cycle, 0).max(axis=1)
    is_mql = (path == MQL) & is_scored[:, None]
    for step in range(1, path.shape[1]):
        is_again = (is_mql[:, :step] & (cycle[:, :step] == cycle[:, step, None])).any(axis=1)
        is_mql[:, step] &= ~is_again
    lead, step = np.nonzero(is_mql)
    return lead, population.path_at[lead, step], cycle[lead, step] == last_cycle[lead]


def _has_opportunity_soon(deals: Deals, lead: np.ndarray, decided_at: np.ndarray) -> np.ndarray:
    """Whether the person takes part in an opportunity that began soon after the decision."""
    person = deals.contacts.person[deals.roles.contact]
    created_at = deals.opportunities.created_at[deals.roles.opportunity]
    line = np.sort(person * _PERSON_SPAN + created_at)
    wanted = lead * _PERSON_SPAN + decided_at
    place = np.minimum(np.searchsorted(line, wanted), len(line) - 1)
    ahead = line[place] - wanted
    return (ahead >= 0) & (ahead <= HORIZON_DAYS * DAY)
