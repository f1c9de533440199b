"""HubSpot as a whole: contacts, deals, touches and the work of its small sales team."""

from dataclasses import dataclass

import numpy as np

from datagen.plan.hubspot_contacts import (
    DELETED,
    PLAIN,
    HubspotContacts,
    draw_own_paths,
    draw_own_people,
    plan_contacts,
)
from datagen.plan.hubspot_deals import HubspotDeals, follow_deals, plan_deals
from datagen.plan.hubspot_touches import (
    EmailEvents,
    Submissions,
    plan_email_events,
    plan_submissions,
)
from datagen.plan.marketing import Sessions
from datagen.plan.org import Org
from datagen.sizes import DAY, END, HOUR
from datagen.vocabulary import HUBSPOT_MQL

CALL, EMAIL, MEETING, TASK = range(4)


@dataclass(frozen=True)
class Engagements:
    """What the second sales team did; `is_done` is false for open tasks and meetings ahead."""

    contact: np.ndarray
    kind: np.ndarray
    happened_at: np.ndarray
    created_at: np.ndarray
    owner: np.ndarray
    is_done: np.ndarray
    is_inbound: np.ndarray


@dataclass(frozen=True)
class Hubspot:
    """The whole portal; companies are those of the live contacts, and one deleted."""

    contacts: HubspotContacts
    deals: HubspotDeals
    submissions: Submissions
    email_events: EmailEvents
    engagements: Engagements
    companies: np.ndarray
    deleted_companies: int

    @property
    def deal_contact(self) -> np.ndarray:
        """The contact row of each deal association."""
        return self.contacts.shared_count + self.deals.person


def plan_hubspot(org: Org, sessions: Sessions, social_campaigns: int, seed: int) -> Hubspot:
    """Draw the portal beside an org and its web sessions."""
    rng = np.random.default_rng([seed, 13])
    sizes = org.sizes
    company, created_at = draw_own_people(sizes, rng)
    path = draw_own_paths(created_at, rng)
    deals = plan_deals(sizes, created_at, company, rng)
    follow_deals(deals, created_at, path)
    is_in_deal = np.zeros(len(created_at), dtype=bool)
    is_in_deal[deals.person] = True
    contacts = plan_contacts(org, company, created_at, path, is_in_deal, rng)
    in_deals = contacts.shared_count + deals.person
    return Hubspot(
        contacts=contacts,
        deals=deals,
        submissions=plan_submissions(sizes, contacts, in_deals, sessions, social_campaigns, rng),
        email_events=plan_email_events(sizes, contacts, rng),
        engagements=_plan_engagements(contacts, deals, rng),
        companies=np.unique(contacts.company[contacts.is_live]),
        deleted_companies=sizes.planted(50, 2),
    )


def _plan_engagements(
    contacts: HubspotContacts, deals: HubspotDeals, rng: np.random.Generator
) -> Engagements:
    is_mql = (contacts.stages == HUBSPOT_MQL) & contacts.is_own[:, None]
    rows = np.flatnonzero(
        is_mql.any(axis=1) & (contacts.kind != DELETED) & (contacts.kind == PLAIN)
    )
    since = contacts.stage_at[rows, is_mql[rows].argmax(axis=1)]
    number = 1 + rng.poisson(1.5, len(rows))
    contact, since = np.repeat(rows, number), np.repeat(since, number)
    at = since + (HOUR * np.exp(rng.normal(2.5, 1.5, len(contact)))).astype(np.int64)
    kind = rng.choice(4, len(contact), p=[0.4, 0.3, 0.15, 0.15])
    is_late = at > END - DAY
    # what would come after the period is a meeting in the calendar or an open task
    ahead = np.flatnonzero(is_late & (kind >= MEETING) & (since < END - 3 * DAY))
    kept = np.union1d(np.flatnonzero(~is_late), ahead)
    contact, since, at, kind = contact[kept], since[kept], at[kept], kind[kept]
    # the last two meetings of the calendar are ahead, whatever was drawn
    meetings = np.flatnonzero(kind == MEETING)[-2:]
    at[meetings] = END + 6 * DAY
    is_done = at <= END - DAY
    is_done &= ~((kind == TASK) & (rng.random(len(kind)) < 0.4))
    owner = np.zeros(len(contacts), dtype=np.int64)
    owner[contacts.shared_count + deals.primary] = deals.owner
    return Engagements(
        contact=contact,
        kind=kind,
        happened_at=at,
        created_at=np.minimum(np.maximum(at - np.where(kind == MEETING, 2 * DAY, 30), since), END),
        owner=owner[contact],
        is_done=is_done,
        is_inbound=(kind < MEETING) & (rng.random(len(kind)) < 0.2),
    )
