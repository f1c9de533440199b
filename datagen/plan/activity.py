"""What salespeople did (tasks), and the automation that only looks like it."""

from dataclasses import dataclass

import numpy as np

from datagen.plan.deals import Deals
from datagen.plan.population import Population
from datagen.sizes import DAY, END, HOUR, MISSING, Sizes
from datagen.vocabulary import MQL

TASK_KINDS = ["Call", "Email", "Task", "ListEmail"]
CALL, EMAIL, TODO, LIST_EMAIL = range(4)


@dataclass(frozen=True)
class Tasks:
    """Salesforce tasks; `is_inbound` is about calls, `done_at` is MISSING for open ones."""

    lead: np.ndarray
    contact: np.ndarray
    account: np.ndarray
    opportunity: np.ndarray
    owner: np.ndarray
    kind: np.ndarray
    is_inbound: np.ndarray
    disposition: np.ndarray
    due_day: np.ndarray
    created_at: np.ndarray
    done_at: np.ndarray
    is_deleted: np.ndarray


def plan_tasks(sizes: Sizes, population: Population, deals: Deals, seed: int) -> Tasks:
    """Three of four handed-off leads are worked, some late; the rest lie."""
    rng = np.random.default_rng([seed, 8])
    handed = (population.path == MQL).any(axis=1)
    first_mql = population.path_at[np.arange(len(population)), (population.path == MQL).argmax(1)]
    worked = np.flatnonzero(
        handed & ((rng.random(len(population)) < 0.75) | population.is_converted)
    )
    number = 1 + rng.poisson(1.6, len(worked))
    lead = np.repeat(worked, number)
    is_first = np.r_[True, lead[1:] != lead[:-1]]
    delay = np.where(
        is_first,
        6 * HOUR * np.exp(rng.normal(0, 1.5, len(lead))),
        rng.uniform(1, 45, len(lead)) * DAY,
    )
    done_at = first_mql[lead] + delay.astype(np.int64)
    kind = rng.choice(3, len(lead), p=[0.5, 0.4, 0.1])

    mailed = rng.choice(
        np.flatnonzero(~population.is_quiet), round(0.2 * len(population)), replace=False
    )
    mailed_at = population.created_at[mailed] + rng.integers(60, 900, len(mailed))
    lead = np.r_[lead, mailed]
    done_at = np.r_[done_at, mailed_at]
    kind = np.r_[kind, np.full(len(mailed), LIST_EMAIL)]
    happened = np.flatnonzero(done_at <= END)
    lead, done_at, kind = lead[happened], done_at[happened], kind[happened]

    count = len(lead)
    is_open = (kind == TODO) & (rng.random(count) < 0.5)
    # conversion moves a lead's tasks to the contact
    is_moved = deals.lead_contact[lead] >= 0
    created_at = np.maximum(done_at - np.where(kind == TODO, DAY, 60), population.created_at[lead])
    created_at = np.minimum(created_at, done_at)
    deleted = np.zeros(count, dtype=bool)
    deleted[rng.choice(count, sizes.planted(100, 2), replace=False)] = True
    order = np.argsort(created_at, kind="stable")
    tasks = {
        "lead": np.where(is_moved, MISSING, lead),
        "contact": np.where(is_moved, deals.lead_contact[lead], MISSING),
        "account": np.where(is_moved, deals.lead_account[lead], MISSING),
        "opportunity": np.where(
            is_moved & (rng.random(count) < 0.5), deals.lead_opportunity[lead], MISSING
        ),
        # the last user is the marketing automation
        "owner": np.where(kind == LIST_EMAIL, sizes.sales_reps, population.owner[lead]),
        "kind": kind,
        "is_inbound": (kind == CALL) & (rng.random(count) < 0.15),
        "disposition": np.where(kind == CALL, rng.integers(0, 3, count), MISSING),
        "due_day": done_at // DAY + rng.integers(0, 3, count),
        "created_at": created_at,
        "done_at": np.where(is_open, MISSING, done_at),
        "is_deleted": deleted,
    }
    return Tasks(**{name: values[order] for name, values in tasks.items()})
