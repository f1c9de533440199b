"""Opportunities: who they come from, how they run, what they are worth."""

from dataclasses import dataclass

import numpy as np

from datagen.plan.exchange_rates import stale_days
from datagen.plan.population import Population
from datagen.sizes import DAY, END, MISSING, Sizes
from datagen.vocabulary import CHF, DISCOVERY, GBP, LOSS_REASONS, LOST, NEGOTIATION, PROPOSAL, WON

# how an opportunity ends by the end of the period
STILL_OPEN, ENDS_WON, ENDS_LOST, ENDS_REVERSED = range(4)
# what is special about an opportunity; each has at most one
(PLAIN, EARLY_CLOSE, NO_HISTORY, BAD_AMOUNT, BAD_PROBABILITY, DELETED) = range(6)
# how the amount came about
AMOUNT_KNOWN, AMOUNT_REVISED, AMOUNT_LATE, AMOUNT_NEVER = range(4)

_STAGES = {
    ENDS_WON: [
        (60, (DISCOVERY, PROPOSAL, NEGOTIATION, WON)),
        (20, (DISCOVERY, PROPOSAL, WON)),
        (8, (DISCOVERY, NEGOTIATION, WON)),
        (5, (DISCOVERY, PROPOSAL, DISCOVERY, PROPOSAL, NEGOTIATION, WON)),
        (7, (DISCOVERY, WON)),
    ],
    ENDS_LOST: [
        (35, (DISCOVERY, LOST)),
        (35, (DISCOVERY, PROPOSAL, LOST)),
        (30, (DISCOVERY, PROPOSAL, NEGOTIATION, LOST)),
    ],
    ENDS_REVERSED: [(1, (DISCOVERY, PROPOSAL, NEGOTIATION, WON, LOST))],
    STILL_OPEN: [
        (35, (DISCOVERY,)),
        (35, (DISCOVERY, PROPOSAL)),
        (25, (DISCOVERY, PROPOSAL, NEGOTIATION)),
        (5, (DISCOVERY, PROPOSAL, DISCOVERY)),
    ],
}
_WIDTH = 6
_MIN_ROOM = 10 * DAY


@dataclass(frozen=True)
class Opportunities:
    """One row per opportunity; `lead` is the converted lead, MISSING for expansions."""

    lead: np.ndarray
    account: np.ndarray
    base: np.ndarray
    created_at: np.ndarray
    stages: np.ndarray
    stage_at: np.ndarray
    ending: np.ndarray
    kind: np.ndarray
    is_new: np.ndarray
    is_type_blank: np.ndarray
    currency: np.ndarray
    first_cents: np.ndarray
    final_cents: np.ndarray
    amount_changed_at: np.ndarray
    loss_reason: np.ndarray
    has_campaign: np.ndarray
    owner: np.ndarray

    def __len__(self) -> int:
        """Number of opportunities, deleted ones included."""
        return len(self.lead)

    @property
    def step_count(self) -> np.ndarray:
        """Stages entered per opportunity."""
        return (self.stages >= 0).sum(axis=1)

    @property
    def stage(self) -> np.ndarray:
        """The last stage."""
        return self.stages[np.arange(len(self)), self.step_count - 1]

    @property
    def last_step_at(self) -> np.ndarray:
        """The time of the last stage."""
        return self.stage_at[np.arange(len(self)), self.step_count - 1]

    @property
    def is_live(self) -> np.ndarray:
        """Not deleted in the source."""
        return self.kind != DELETED

    @property
    def is_won(self) -> np.ndarray:
        """Won by the last stage; a reversed win is not."""
        return self.stage == WON


def plan_opportunities(
    sizes: Sizes,
    population: Population,
    leads: np.ndarray,
    account_of_company: np.ndarray,
    rng: np.random.Generator,
) -> Opportunities:
    """Opportunities of nine in ten converted `leads`, then expansions of won ones.

    `account_of_company` gives the account of each company, MISSING where none was converted.
    """
    new_count = sizes.opportunities - sizes.expansions
    chosen = np.sort(rng.choice(len(leads), min(new_count, len(leads)), replace=False))
    lead = leads[chosen]
    created_at = population.last_step_at[lead]
    won_expansions = sizes.expansions // 2
    ending = _draw_endings(sizes, created_at, sizes.won - won_expansions, True, rng)
    stages, stage_at = _draw_stages(created_at, ending, rng)
    account = account_of_company[population.company[lead]]

    last_at = stage_at.max(axis=1)
    bases = np.flatnonzero((ending == ENDS_WON) & (last_at <= END - 30 * DAY))
    deleted_count = sizes.planted(50, 2)
    base = rng.choice(
        bases, sizes.expansions + deleted_count, replace=sizes.expansions > len(bases)
    )
    later_at = last_at[base] + 5 * DAY
    later_at += (rng.random(len(base)) * (END - 12 * DAY - later_at)).astype(np.int64)
    later_ending = _draw_endings(sizes, later_at[: sizes.expansions], won_expansions, False, rng)
    # a deleted win shows whether deletions are respected: it would add to revenue
    later_ending = np.r_[later_ending, np.full(deleted_count, ENDS_WON)]
    later_stages, later_stage_at = _draw_stages(later_at, later_ending, rng)

    count = len(lead) + len(base)
    is_new = np.arange(count) < len(lead)
    kind = np.where(np.arange(count) >= count - deleted_count, DELETED, PLAIN)
    ending = np.r_[ending, later_ending]
    stage_at = np.concatenate([stage_at, later_stage_at])
    created_at = np.r_[created_at, later_at]
    _assign_kinds(sizes, kind, ending, is_new, rng)
    money = _draw_money(sizes, kind, ending, is_new, created_at, stage_at, rng)
    return Opportunities(
        lead=np.r_[lead, np.full(len(base), MISSING)],
        account=np.r_[account, account[base]],
        base=np.r_[np.full(len(lead), MISSING), base],
        created_at=created_at,
        stages=np.concatenate([stages, later_stages]),
        stage_at=stage_at,
        ending=ending,
        kind=kind,
        is_new=is_new,
        is_type_blank=is_new & (rng.random(count) < 0.15),
        loss_reason=rng.integers(0, len(LOSS_REASONS), count),
        has_campaign=is_new & (rng.random(count) < 0.3),
        owner=np.r_[population.owner[lead], population.owner[lead[base]]],
        **money,
    )


def _draw_endings(
    sizes: Sizes, created_at: np.ndarray, won: int, with_reversed: bool, rng: np.random.Generator
) -> np.ndarray:
    ending = np.full(len(created_at), STILL_OPEN)
    pool = rng.permutation(np.flatnonzero(created_at <= END - _MIN_ROOM))
    reversed_count = sizes.planted(60, 2) if with_reversed else 0
    lost = round(0.6 * max(len(pool) - won - reversed_count, 0))
    ending[pool[:won]] = ENDS_WON
    ending[pool[won : won + reversed_count]] = ENDS_REVERSED
    ending[pool[won + reversed_count : won + reversed_count + lost]] = ENDS_LOST
    return ending


def _draw_stages(
    created_at: np.ndarray, ending: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    stages = np.full((len(created_at), _WIDTH), MISSING, dtype=np.int64)
    for name, templates in _STAGES.items():
        rows = np.flatnonzero(ending == name)
        table = np.full((len(templates), _WIDTH), MISSING, dtype=np.int64)
        for number, (_, steps) in enumerate(templates):
            table[number, : len(steps)] = steps
        weight = np.array([share for share, _ in templates], dtype=float)
        stages[rows] = table[rng.choice(len(templates), len(rows), p=weight / weight.sum())]
    gaps = 16 * DAY * np.exp(rng.normal(0, 0.9, stages.shape))
    gaps[:, 0] = 0
    gaps[stages == MISSING] = 0
    total = gaps.sum(axis=1)
    room = (END - created_at) * rng.uniform(0.2, 0.98, len(created_at))
    squeeze = np.where(total > room, room / np.maximum(total, 1), 1.0)
    whole = np.maximum((gaps * squeeze[:, None]).astype(np.int64), 60)
    whole[:, 0] = 0
    stage_at = created_at[:, None] + np.cumsum(whole, axis=1)
    stage_at[stages == MISSING] = MISSING
    return stages, stage_at


def _assign_kinds(
    sizes: Sizes, kind: np.ndarray, ending: np.ndarray, is_new: np.ndarray, rng: np.random.Generator
) -> None:
    for name, fitting, number in (
        (EARLY_CLOSE, (ending == ENDS_WON) & is_new, sizes.planted(50, 2)),
        (NO_HISTORY, (ending == ENDS_WON) & is_new, sizes.planted(50, 2)),
        (BAD_AMOUNT, (ending == STILL_OPEN) & is_new, sizes.planted(10, 1)),
        (BAD_PROBABILITY, (ending == STILL_OPEN) & is_new, sizes.planted(10, 1)),
    ):
        pool = np.flatnonzero(fitting & (kind == PLAIN))
        kind[rng.choice(pool, min(number, len(pool)), replace=False)] = name


def _draw_money(
    sizes: Sizes,
    kind: np.ndarray,
    ending: np.ndarray,
    is_new: np.ndarray,
    created_at: np.ndarray,
    stage_at: np.ndarray,
    rng: np.random.Generator,
) -> dict[str, np.ndarray]:
    count = len(kind)
    level = np.where(is_new, 18_000, 9_000)
    final = np.round(level * np.exp(rng.normal(0, 0.9, count))).astype(np.int64) * 100
    # not every amount is a whole one
    final += np.where(rng.random(count) < 0.3, rng.integers(1, 100, count), 0)
    first = np.round(final * rng.uniform(0.6, 1.5, count) / 10_000).astype(np.int64) * 10_000
    course = rng.choice(4, count, p=[0.6, 0.25, 0.13, 0.02])
    course[kind == NO_HISTORY] = AMOUNT_KNOWN
    course[kind == BAD_AMOUNT] = AMOUNT_NEVER
    first = np.select([course == AMOUNT_KNOWN, course == AMOUNT_REVISED], [final, first], MISSING)
    final = np.where(course == AMOUNT_NEVER, MISSING, final)
    next_at = np.where(stage_at[:, 1] >= 0, stage_at[:, 1], END)
    between = created_at + ((next_at - created_at) * rng.uniform(0.2, 0.8, count)).astype(np.int64)
    has_change = (course == AMOUNT_REVISED) | (course == AMOUNT_LATE)

    currency = rng.choice(3, count, p=[0.7, 0.2, 0.1])
    is_won_new = (ending == ENDS_WON) & is_new & (final >= 0) & (kind == PLAIN)
    won_day = stage_at.max(axis=1) // DAY
    start, stop = stale_days(GBP)
    in_gap = np.flatnonzero(is_won_new & (won_day >= start) & (won_day <= stop))
    currency[in_gap[: sizes.planted(20, 2)]] = GBP
    elsewhere = np.flatnonzero(is_won_new & ((won_day < start) | (won_day > stop)))
    currency[rng.choice(elsewhere, sizes.planted(40, 2), replace=False)] = CHF
    return {
        "currency": currency,
        "first_cents": first,
        "final_cents": final,
        "amount_changed_at": np.where(has_change, between, MISSING),
    }
