"""Contacts and contact roles: who is involved in an opportunity."""

from dataclasses import dataclass

import numpy as np

from datagen.plan.opportunities import Opportunities
from datagen.plan.population import Population
from datagen.sizes import DAY, END, MISSING, Sizes
from datagen.vocabulary import CONTACT_ROLES, FIRST_NAMES, LAST_NAMES, LEAD_SOURCES


@dataclass(frozen=True)
class Contacts:
    """One row per contact record; persons count on after the lead persons."""

    person: np.ndarray
    account: np.ndarray
    first_name: np.ndarray
    last_name: np.ndarray
    source: np.ndarray
    created_at: np.ndarray
    is_deleted: np.ndarray
    merged_into: np.ndarray


@dataclass(frozen=True)
class ContactRoles:
    """One row per (opportunity, contact)."""

    opportunity: np.ndarray
    contact: np.ndarray
    name: np.ndarray
    is_primary: np.ndarray
    created_at: np.ndarray


def plan_buying_groups(
    sizes: Sizes,
    population: Population,
    leads: np.ndarray,
    converted_at: np.ndarray,
    opportunities: Opportunities,
    lead_account: np.ndarray,
    rng: np.random.Generator,
) -> tuple[Contacts, ContactRoles]:
    """Contacts (converted leads first, then people known only as contacts) and contact roles."""
    count = len(opportunities)
    primary_lead = np.where(
        opportunities.lead >= 0, opportunities.lead, opportunities.lead[opportunities.base]
    )
    contact_of_lead = np.full(len(population), MISSING)
    contact_of_lead[leads] = np.arange(len(leads))
    # an expansion in twenty has nobody on it; deleted ones touch nobody
    has_group = opportunities.is_live & (opportunities.is_new | (rng.random(count) >= 0.05))
    grouped = np.flatnonzero(has_group)

    slots = np.repeat(grouped, rng.choice(4, len(grouped), p=[0.55, 0.25, 0.13, 0.07]))
    colleague = _pick_colleagues(lead_account[leads], opportunities.account[slots], rng)
    colleague_at = converted_at[leads[colleague]]
    joins_at = np.maximum(opportunities.created_at[slots], colleague_at) + DAY
    is_reused = (
        (rng.random(len(slots)) < 0.35)
        & (leads[colleague] != primary_lead[slots])
        & (joins_at <= END)
    )
    outsiders = np.flatnonzero(~is_reused)
    outsider_at = opportunities.created_at[slots[outsiders]]
    outsider_at = outsider_at + ((END - outsider_at) * 0.2 * rng.random(len(outsiders))).astype(
        np.int64
    )
    deleted = sizes.planted(60, 2)
    merged = sizes.planted(120, 3)
    if not len(outsiders) or not len(grouped):
        raise ValueError("the scale is too small for buying groups")
    deleted_account = opportunities.account[rng.choice(grouped, deleted)]
    survivors = rng.choice(len(outsiders), min(merged, len(outsiders)), replace=False)

    first_outsider = len(leads)
    outsider_person = len(population) + np.arange(len(outsiders))
    outsider_first = rng.integers(0, len(FIRST_NAMES), len(outsiders))
    outsider_last = rng.integers(0, len(LAST_NAMES), len(outsiders))
    deleted_person = len(population) + len(outsiders) + np.arange(deleted)
    deleted_at = END - (rng.random(deleted) * 300 * DAY).astype(np.int64) - 40 * DAY
    merged_at = np.minimum(outsider_at[survivors] + DAY // 3, END)
    later = len(outsiders) + deleted + len(survivors)
    contacts = Contacts(
        person=np.r_[leads, outsider_person, deleted_person, outsider_person[survivors]],
        account=np.r_[
            lead_account[leads],
            opportunities.account[slots[outsiders]],
            deleted_account,
            opportunities.account[slots[outsiders[survivors]]],
        ],
        first_name=np.r_[
            population.first_name[leads],
            outsider_first,
            rng.integers(0, len(FIRST_NAMES), deleted),
            outsider_first[survivors],
        ],
        last_name=np.r_[
            population.last_name[leads],
            outsider_last,
            rng.integers(0, len(LAST_NAMES), deleted),
            outsider_last[survivors],
        ],
        # people who never were a lead mostly have no source
        source=np.r_[
            population.source[leads],
            np.where(rng.random(later) < 0.8, MISSING, LEAD_SOURCES.index("Referral")),
        ],
        created_at=np.r_[converted_at[leads], outsider_at, deleted_at, merged_at],
        is_deleted=np.arange(len(leads) + later) >= len(leads) + len(outsiders),
        merged_into=np.r_[
            np.full(len(leads) + len(outsiders) + deleted, MISSING), first_outsider + survivors
        ],
    )
    extra_contact = np.empty(len(slots), dtype=np.int64)
    extra_contact[is_reused] = contact_of_lead[leads[colleague[is_reused]]]
    extra_contact[outsiders] = first_outsider + np.arange(len(outsiders))
    extra_at = joins_at.copy()
    extra_at[outsiders] = outsider_at
    role_opportunity = np.r_[grouped, slots]
    role_contact = np.r_[contact_of_lead[primary_lead[grouped]], extra_contact]
    role_at = np.r_[opportunities.created_at[grouped], np.minimum(extra_at, END)]
    # the same colleague drawn twice for one opportunity is one role
    key = role_opportunity * len(contacts.person) + role_contact
    _, kept = np.unique(key, return_index=True)
    return contacts, ContactRoles(
        opportunity=role_opportunity[kept],
        contact=role_contact[kept],
        name=rng.integers(0, len(CONTACT_ROLES), len(kept)),
        is_primary=kept < len(grouped),
        created_at=role_at[kept],
    )


def _pick_colleagues(
    account: np.ndarray, wanted: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """For each wanted account a random position among its converted leads (it has at least one)."""
    order = np.argsort(account, kind="stable")
    first = np.searchsorted(account[order], wanted, side="left")
    stop = np.searchsorted(account[order], wanted, side="right")
    return order[first + (rng.random(len(wanted)) * (stop - first)).astype(np.int64)]
