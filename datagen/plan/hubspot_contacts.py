"""HubSpot contacts: the people that Salesforce knows as well, and people of HubSpot's own.

HubSpot is the marketing tool beside the CRM. A contact of a Salesforce lead is created just after
the lead, so that the lead stays the oldest record and Salesforce decides its stages. The lifecycle
of a contact that only HubSpot knows is decided by HubSpot.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from datagen.plan import population as lead_kinds
from datagen.plan.org import Org
from datagen.plan.population import Population, join_local_part
from datagen.sizes import DAY, END, HOUR, MISSING, START, Sizes
from datagen.vocabulary import (
    FIRST_NAMES,
    HUBSPOT_CUSTOM_STAGE,
    HUBSPOT_CUSTOMER,
    HUBSPOT_LEAD,
    HUBSPOT_MQL,
    HUBSPOT_OPPORTUNITY,
    HUBSPOT_SQL,
    HUBSPOT_SUBSCRIBER,
    LAST_NAMES,
    MQL,
    SQL,
)

# what is special about a contact; each has at most one
(
    PLAIN,
    JOINED_BY_ID,
    SET_BACK,
    DISAGREES,
    UNMAPPED,
    DELETED,
    SURVIVOR,
    MERGED_AWAY,
    LYING_DATE,
) = range(9)
# which Salesforce id HubSpot has stored
NO_ID, LEAD_ID, CONTACT_ID = range(3)
LIFECYCLE_WIDTH = 6
_OWN_PATHS = [
    (30, (HUBSPOT_LEAD,)),
    (15, (HUBSPOT_SUBSCRIBER,)),
    (15, (HUBSPOT_SUBSCRIBER, HUBSPOT_LEAD)),
    (15, (HUBSPOT_LEAD, HUBSPOT_MQL)),
    (10, (HUBSPOT_SUBSCRIBER, HUBSPOT_LEAD, HUBSPOT_MQL)),
    (10, (HUBSPOT_LEAD, HUBSPOT_MQL, HUBSPOT_SQL)),
    (5, (HUBSPOT_LEAD, HUBSPOT_SQL)),
]


@dataclass(frozen=True)
class HubspotContacts:
    """One row per contact record: shared with Salesforce, HubSpot's own, merged away.

    `person` continues the numbers of the first org's persons; `lead` is MISSING for HubSpot's own.
    `stages` and `stage_at` are the history of lifecyclestage.
    """

    person: np.ndarray
    lead: np.ndarray
    company: np.ndarray
    first_name: np.ndarray
    last_name: np.ndarray
    email: pa.Array
    created_at: np.ndarray
    kind: np.ndarray
    stored_id: np.ndarray
    merged_into: np.ndarray
    merged_at: np.ndarray
    stages: np.ndarray
    stage_at: np.ndarray
    shared_count: int
    own_count: int

    def __len__(self) -> int:
        """Number of contact records, deleted and merged ones included."""
        return len(self.person)

    @property
    def is_live(self) -> np.ndarray:
        """Neither deleted nor merged away."""
        return ~np.isin(self.kind, (DELETED, MERGED_AWAY))

    @property
    def is_own(self) -> np.ndarray:
        """Contacts of people whom only HubSpot knows."""
        return self.lead < 0

    @property
    def own_rows(self) -> np.ndarray:
        """The first records of the people whom only HubSpot knows."""
        return self.shared_count + np.arange(self.own_count)

    @property
    def stage(self) -> np.ndarray:
        """The present lifecycle stage."""
        return self.stages[np.arange(len(self)), (self.stages >= 0).sum(axis=1) - 1]

    def of_kind(self, kind: int) -> np.ndarray:
        """The contacts that carry one defect."""
        return np.flatnonzero(self.kind == kind)


def plan_contacts(
    org: Org,
    own_company: np.ndarray,
    own_created_at: np.ndarray,
    own_path: tuple[np.ndarray, np.ndarray],
    is_in_deal: np.ndarray,
    rng: np.random.Generator,
) -> HubspotContacts:
    """Contacts of a third of the leads, then the own ones as given, then those merged away."""
    sizes, population = org.sizes, org.population
    lead = _choose_shared(population, rng)
    own_count = len(own_created_at)
    kind = np.r_[
        _shared_kinds(sizes, population, lead, rng),
        _own_kinds(sizes, own_created_at, is_in_deal, rng),
    ]
    delay = np.maximum(
        np.minimum(rng.integers(30, 600, len(lead)), END - population.created_at[lead]), 1
    )
    created_at = np.r_[population.created_at[lead] + delay, own_created_at]
    stages, stage_at = (
        np.concatenate(parts)
        for parts in zip(_mirror_stages(org, lead, created_at[: len(lead)]), own_path, strict=True)
    )
    _bend_stages(kind, created_at, stages, stage_at)
    survivors = np.flatnonzero(kind == SURVIVOR)
    merged_created_at = created_at[survivors] + rng.integers(1, 40, len(survivors)) * DAY
    merged_stages = np.full((len(survivors), LIFECYCLE_WIDTH), MISSING)
    merged_stages[:, 0] = HUBSPOT_LEAD
    merged_stage_at = np.where(merged_stages >= 0, merged_created_at[:, None], MISSING)

    base = np.r_[np.arange(len(kind)), survivors]
    lead = np.r_[lead, np.full(own_count, MISSING)]
    own_person = org.deals.person_count + np.arange(own_count)
    is_shared = lead >= 0
    person = np.r_[lead[is_shared], own_person][base]
    company = np.r_[population.company[lead[is_shared]], own_company][base]
    first, last = (
        np.r_[values[lead[is_shared]], rng.integers(0, len(names), own_count)][base]
        for values, names in (
            (population.first_name, FIRST_NAMES),
            (population.last_name, LAST_NAMES),
        )
    )
    all_kinds = np.r_[kind, np.full(len(survivors), MERGED_AWAY)]
    lead = lead[base]
    email = _write_emails(population, lead, company, first, last, all_kinds)
    needs_id = (lead >= 0) & (all_kinds == JOINED_BY_ID)
    has_id = needs_id | ((lead >= 0) & (all_kinds != MERGED_AWAY) & (rng.random(len(base)) < 0.6))
    is_converted = population.is_converted[np.maximum(lead, 0)]
    return HubspotContacts(
        person=person,
        lead=lead,
        company=company,
        first_name=first,
        last_name=last,
        email=email,
        created_at=np.r_[created_at, merged_created_at],
        kind=all_kinds,
        stored_id=np.where(has_id, np.where(is_converted, CONTACT_ID, LEAD_ID), NO_ID),
        merged_into=np.r_[np.full(len(kind), MISSING), survivors],
        merged_at=np.r_[np.full(len(kind), MISSING), merged_created_at + 20 * DAY],
        stages=np.concatenate([stages, merged_stages]),
        stage_at=np.concatenate([stage_at, merged_stage_at]),
        shared_count=len(kind) - own_count,
        own_count=own_count,
    )


def draw_own_people(sizes: Sizes, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Company and creation of the people whom only HubSpot knows, oldest first."""
    count = max(80, round(0.08 * sizes.leads))
    created_at = START + np.sort((rng.random(count) * (END - START - 5 * DAY)).astype(np.int64))
    return rng.integers(0, sizes.companies, count), created_at


def draw_own_paths(
    created_at: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Lifecycle stages and times of people without a deal; what comes after the period is not."""
    table = np.full((len(_OWN_PATHS), LIFECYCLE_WIDTH), MISSING, dtype=np.int64)
    for number, (_, steps) in enumerate(_OWN_PATHS):
        table[number, : len(steps)] = steps
    weight = np.array([share for share, _ in _OWN_PATHS], dtype=float)
    stages = table[rng.choice(len(table), len(created_at), p=weight / weight.sum())]
    gaps = np.maximum((90 * HOUR * np.exp(rng.normal(0, 1.1, stages.shape))).astype(np.int64), 60)
    gaps[:, 0] = 0
    stage_at = created_at[:, None] + np.cumsum(gaps, axis=1)
    stages[stage_at > END] = MISSING
    stage_at[stages == MISSING] = MISSING
    return stages, stage_at


def _choose_shared(population: Population, rng: np.random.Generator) -> np.ndarray:
    # defects of a Salesforce record must not meet those of its contact
    pool = np.flatnonzero(
        (population.kind == lead_kinds.PLAIN) & (population.created_at < END - HOUR)
    )
    return np.sort(rng.permutation(pool)[: round(0.35 * len(pool))])


def _shared_kinds(
    sizes: Sizes, population: Population, lead: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    kind = np.full(len(lead), PLAIN)
    # without an address in Salesforce only the stored id says who it is
    kind[~population.has_email[lead]] = JOINED_BY_ID
    is_old = population.created_at[lead] <= END - 130 * DAY
    is_calm = population.step_count[lead] == 1
    for name, number, fitting in (
        (JOINED_BY_ID, sizes.planted(300, 3), is_old),
        (SET_BACK, sizes.planted(100, 2), is_old & is_calm),
        (DISAGREES, sizes.planted(200, 2), is_old & is_calm),
        (SURVIVOR, sizes.planted(150, 2), is_old),
        (LYING_DATE, sizes.planted(50, 1), is_old),
    ):
        pool = np.flatnonzero(fitting & (kind == PLAIN))
        kind[rng.permutation(pool)[:number]] = name
    return kind


def _own_kinds(
    sizes: Sizes, created_at: np.ndarray, is_in_deal: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    kind = np.full(len(created_at), PLAIN)
    pool = rng.permutation(np.flatnonzero(~is_in_deal & (created_at <= END - 130 * DAY)))
    taken = 0
    for name, number in (
        (UNMAPPED, sizes.planted(100, 2)),
        (DELETED, sizes.planted(100, 2)),
        (SET_BACK, sizes.planted(50, 2)),
        (SURVIVOR, sizes.planted(100, 2)),
    ):
        kind[pool[taken : taken + number]] = name
        taken += number
    return kind


def _mirror_stages(
    org: Org, lead: np.ndarray, created_at: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """What HubSpot shows of a Salesforce lead: the first time of each stage, seconds later."""
    population, deals = org.population, org.deals
    plan = deals.opportunities
    first = []
    for status in (MQL, SQL):
        is_status = population.path[lead] == status
        at = population.path_at[lead, is_status.argmax(axis=1)]
        first.append(np.where(is_status.any(axis=1), at, END))
    opportunity = deals.lead_opportunity[lead]
    has_deal = opportunity >= 0
    first.append(np.where(has_deal, plan.created_at[opportunity], END))
    is_won = has_deal & plan.is_won[opportunity] & plan.is_live[opportunity]
    first.append(np.where(is_won, plan.last_step_at[opportunity], END))
    stages = np.full((len(lead), LIFECYCLE_WIDTH), MISSING, dtype=np.int64)
    stage_at = np.full((len(lead), LIFECYCLE_WIDTH), MISSING, dtype=np.int64)
    stages[:, 0], stage_at[:, 0] = HUBSPOT_LEAD, created_at
    length = np.ones(len(lead), dtype=np.int64)
    ladder = (HUBSPOT_MQL, HUBSPOT_SQL, HUBSPOT_OPPORTUNITY, HUBSPOT_CUSTOMER)
    for stage, at in zip(ladder, first, strict=True):
        last = stage_at[np.arange(len(lead)), length - 1]
        # a high-water mark: a stage that comes after a later one is not shown
        rows = np.flatnonzero((at < END - DAY) & (at + 90 > last))
        stages[rows, length[rows]] = stage
        stage_at[rows, length[rows]] = at[rows] + 90
        length[rows] += 1
    return stages, stage_at


def _bend_stages(
    kind: np.ndarray, created_at: np.ndarray, stages: np.ndarray, stage_at: np.ndarray
) -> None:
    """Give the contacts with a defect the history that it needs, in place."""
    histories = {
        # set back to lead by hand, then to where it was
        SET_BACK: (HUBSPOT_LEAD, HUBSPOT_MQL, HUBSPOT_LEAD, HUBSPOT_MQL),
        # Salesforce never moved these leads
        DISAGREES: (HUBSPOT_LEAD, HUBSPOT_MQL, HUBSPOT_SQL),
        UNMAPPED: (HUBSPOT_LEAD, HUBSPOT_CUSTOM_STAGE),
        DELETED: (HUBSPOT_LEAD,),
    }
    for name, steps in histories.items():
        rows = np.flatnonzero(kind == name)
        stages[rows], stage_at[rows] = MISSING, MISSING
        for number, stage in enumerate(steps):
            stages[rows, number] = stage
            stage_at[rows, number] = created_at[rows] + number * 20 * DAY


def _write_emails(
    population: Population,
    lead: np.ndarray,
    company: np.ndarray,
    first: np.ndarray,
    last: np.ndarray,
    kind: np.ndarray,
) -> pa.Array:
    number = 1 + np.arange(len(lead))
    own = pc.binary_join_element_wise(
        pc.binary_join_element_wise(join_local_part(first, last, number), "hs", "-"),
        population.company_domains.take(pa.array(company)),
        "@",
    )
    has_lead_email = (lead >= 0) & ~np.isin(kind, (JOINED_BY_ID, MERGED_AWAY))
    of_lead = population.email.take(pa.array(np.maximum(lead, 0)))
    return pc.if_else(pa.array(has_lead_email), of_lead, own)
