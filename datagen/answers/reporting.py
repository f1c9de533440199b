"""What reports should recover: planned pace, conversion, words and discounts of one org."""

from collections.abc import Sequence

import numpy as np

from datagen.answers.money import sum_cents, view_opportunities
from datagen.answers.people import find_people
from datagen.plan.exchange_rates import ExchangeRates
from datagen.plan.org import Org
from datagen.plan.population import PLAIN
from datagen.sizes import DAY, END, MISSING
from datagen.vocabulary import (
    DISQUALIFIED,
    HEARD_FROM,
    LOSS_REASONS,
    MQL,
    NEW,
    RECYCLED,
    SAL,
    STATUS_REASONS,
)

FUNNEL_DAYS = 90
HALF_YEAR_DAYS = 26 * 7
PACE_RULE = (
    f"leads without a defect that were created at least {FUNNEL_DAYS} days before the end of the "
    "period, and how many of them opened, and won, their own opportunity within that time; the "
    "same for people who are known only as contacts of an opportunity, which exists when they "
    "come; people who came in each 26 weeks, counted back from the end; days from a status to the "
    "next one, in the middle, over all that had a next one"
)
NOTES_RULE = (
    "heard_from: people of the sheet whose lead says so; status_reasons: leads without a defect "
    "whose last status is the exit; lost_reasons: lost opportunities that are not deleted; "
    "discounts: won ones with a list price, an amount and an exchange rate, at the rate of the day"
)


def describe_pace(org: Org) -> dict:
    """Planned conversion and durations."""
    population, deals = org.population, org.deals
    plan, opportunity = deals.opportunities, deals.lead_opportunity
    is_old = (population.kind == PLAIN) & (population.created_at <= END - FUNNEL_DAYS * DAY)
    opened_after = np.where(opportunity >= 0, plan.created_at[opportunity], END * 2)
    opened_after = opened_after - population.created_at
    won = (opportunity >= 0) & plan.is_won[opportunity]
    won_after = np.where(won, plan.last_step_at[opportunity], END * 2) - population.created_at
    return {
        "rule": PACE_RULE,
        "horizon_days": FUNNEL_DAYS,
        "leads": {
            "people": int(is_old.sum()),
            "opportunity": int((is_old & (opened_after <= FUNNEL_DAYS * DAY)).sum()),
            "customer": int((is_old & (won_after <= FUNNEL_DAYS * DAY)).sum()),
        },
        "contacts_alone": _count_contacts_alone(org),
        "came_in_26_weeks": _count_half_years(org),
        "median_days": {
            name: _median_days(org, status)
            for name, status in (("inquiry", NEW), ("mql", MQL), ("sal", SAL))
        },
    }


def _count_contacts_alone(org: Org) -> dict[str, int]:
    contacts, roles, plan = org.deals.contacts, org.deals.roles, org.deals.opportunities
    contact, first_role = np.unique(roles.contact, return_index=True)
    is_alone = (contacts.person[contact] >= len(org.population)) & ~contacts.is_deleted[contact]
    created_at = contacts.created_at[contact]
    is_old = is_alone & (created_at <= END - FUNNEL_DAYS * DAY)
    opportunity = roles.opportunity[first_role]
    won_after = plan.last_step_at[opportunity] - created_at
    is_won = plan.is_won[opportunity] & (won_after >= 0) & (won_after <= FUNNEL_DAYS * DAY)
    return {
        "people": int(is_old.sum()),
        "opportunity": int(is_old.sum()),
        "customer": int((is_old & is_won).sum()),
    }


def _count_half_years(org: Org) -> list[int]:
    """Oldest first; what is left over before the oldest whole one is not in it."""
    contacts = org.deals.contacts
    is_alone = (contacts.person >= len(org.population)) & ~contacts.is_deleted
    created_at = np.r_[org.population.created_at, contacts.created_at[is_alone]]
    number = (END - created_at) // (HALF_YEAR_DAYS * DAY)
    return np.bincount(number, minlength=3)[:3][::-1].tolist()


def _median_days(org: Org, status: int) -> float:
    path, at = org.population.path, org.population.path_at
    row, step = np.nonzero((path[:, :-1] == status) & (path[:, 1:] >= 0))
    return round(float(np.median(at[row, step + 1] - at[row, step]) / DAY), 3)


def describe_notes(org: Org, rates: ExchangeRates) -> dict:
    """Counts of words, and the discount on what was won."""
    population, notes = org.population, org.notes
    plan = org.deals.opportunities
    people = find_people(org)
    people = people[people < len(population)]
    is_plain = population.kind == PLAIN
    view = view_opportunities(org.deals)
    lost = view.is_live & view.is_lost
    won = np.flatnonzero(view.is_live & view.is_won & (notes.list_cents >= 0))
    day = view.closed_at[won] // DAY
    list_usd = rates.convert_cents(notes.list_cents[won], view.currency[won], day)
    usd = rates.convert_cents(view.final_cents[won], view.currency[won], day)
    is_known = (list_usd >= 0) & (usd >= 0)
    return {
        "rule": NOTES_RULE,
        "heard_from": _count(notes.heard_from[people], HEARD_FROM),
        "status_reasons": {
            name: _count(
                notes.status_reason[is_plain & (population.status == status)], STATUS_REASONS
            )
            for name, status in (("recycled", RECYCLED), ("disqualified", DISQUALIFIED))
        },
        "lost_reasons": _count(plan.loss_reason[lost], LOSS_REASONS),
        "discounts": {
            "opportunities": int(is_known.sum()),
            "list_usd": sum_cents(list_usd[is_known]),
            "amount_usd": sum_cents(usd[is_known]),
        },
    }


def _count(codes: np.ndarray, words: Sequence[str]) -> dict[str, int]:
    """How often each word was written, and `(none)` for nothing."""
    counts = {word: int((codes == code).sum()) for code, word in enumerate(words)}
    return {**counts, "(none)": int((codes == MISSING).sum())}
