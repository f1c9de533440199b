"""The planned stage entries of a sample of leads, with every kind of path in it."""

import numpy as np

from datagen.answers.money import format_time
from datagen.exports.salesforce_ids import list_ids
from datagen.plan.deals import Deals
from datagen.plan.opportunities import EARLY_CLOSE, ENDS_LOST, ENDS_WON, NO_HISTORY, STILL_OPEN
from datagen.plan.population import PLAIN, Population
from datagen.vocabulary import DISQUALIFIED, MQL, NEW, RECYCLED, SAL, SQL

PER_PATH = 25
RULE = (
    "Every event in the lead's ledger as [stage, entered_at, cycle_number, is_inferred], in "
    "order. Creation is the inquiry; New, MQL, Sales Accepted, Qualified, Recycled, "
    "Disqualified are inquiry, mql, sal, sql, recycled, disqualified; the conversion's "
    "opportunity enters 'opportunity' at its creation (the second of the conversion), "
    "'customer' or 'lost' at the closing row of its history. A skipped stage of mql, sal, sql "
    "is inserted at the later event's time with is_inferred. An exit or a win closes the cycle; "
    "what follows opens the next one. A move backward is an entry like any other. Sampled: "
    "people with one lead record and no defect, in no buying group but that of their own "
    "conversion."
)
_STAGES = {
    NEW: "inquiry",
    MQL: "mql",
    SAL: "sal",
    SQL: "sql",
    RECYCLED: "recycled",
    DISQUALIFIED: "disqualified",
}
_LADDER = ["inquiry", "mql", "sal", "sql", "opportunity"]
_EXITS = {"recycled", "disqualified"}


def describe_stages(population: Population, deals: Deals) -> dict:
    """The rule and the sampled leads."""
    rows = choose_leads(population, deals)
    leads = [
        {
            "lead_id": identity,
            "entries": [
                [stage, format_time(at), cycle, is_inferred]
                for stage, at, cycle, is_inferred in list_entries(population, deals, row)
            ],
        }
        for identity, row in zip(list_ids("lead", rows), rows.tolist(), strict=True)
    ]
    return {"rule": RULE, "count": len(leads), "leads": leads}


def choose_leads(population: Population, deals: Deals) -> np.ndarray:
    """The first few leads of every combination of path and ending, ascending."""
    plan = deals.opportunities
    opportunity = deals.lead_opportunity
    has_opportunity = opportunity >= 0
    role_person = deals.contacts.person[deals.roles.contact]
    role_count = np.bincount(role_person, minlength=deals.person_count)[: len(population)]
    is_clean = (population.kind == PLAIN) & (role_count == has_opportunity)
    kind = plan.kind[opportunity]
    ending = plan.ending[opportunity]
    is_plain_deal = ~np.isin(kind, (NO_HISTORY, EARLY_CLOSE))
    is_plain_deal &= np.isin(ending, (STILL_OPEN, ENDS_WON, ENDS_LOST))
    rows = np.flatnonzero(is_clean & (~has_opportunity | is_plain_deal))
    # the first few of every combination of path and ending
    outcome = np.where(has_opportunity, ending, -1)[rows]
    signature = np.concatenate([population.path[rows], outcome[:, None]], axis=1)
    _, group = np.unique(signature, axis=0, return_inverse=True)
    order = np.argsort(group.ravel(), kind="stable")
    starts = np.r_[True, np.diff(group.ravel()[order]) != 0]
    position = np.arange(len(order))
    rank = position - np.maximum.accumulate(np.where(starts, position, 0))
    return np.sort(rows[order[rank < PER_PATH]])


def list_entries(
    population: Population, deals: Deals, row: int
) -> list[tuple[str, int, int, bool]]:
    """The ledger of one lead: stage, time, cycle, whether it is inferred."""
    events = [
        (_STAGES[status], at)
        for status, at in zip(
            population.path[row].tolist(), population.path_at[row].tolist(), strict=True
        )
        if status >= 0
    ]
    opportunity = deals.lead_opportunity[row]
    if opportunity >= 0:
        plan = deals.opportunities
        events.append(("opportunity", int(plan.created_at[opportunity])))
        ending = {ENDS_WON: "customer", ENDS_LOST: "lost"}.get(int(plan.ending[opportunity]))
        if ending:
            events.append((ending, int(plan.last_step_at[opportunity])))

    return order_entries(events)


def order_entries(events: list[tuple[str, int]]) -> list[tuple[str, int, int, bool]]:
    """Cycles, and the skipped stages filled in, of (stage, time) in order of time."""
    entries, cycle, furthest = [], 1, -1
    is_closed = False
    for stage, at in events:
        if is_closed:
            # a later cycle starts where it starts: nothing before its first event is filled in
            cycle, furthest, is_closed = cycle + 1, _LADDER.index(stage) - 1, False
        if stage in _LADDER:
            rank = _LADDER.index(stage)
            for skipped in range(furthest + 1, rank):
                entries.append((_LADDER[skipped], at, cycle, True))
            furthest = max(furthest, rank)
        entries.append((stage, at, cycle, False))
        is_closed = stage in _EXITS
    return entries
