"""Every planned touch of a known person in the chosen systems, and their counts."""

from dataclasses import dataclass

import numpy as np

from datagen.plan.company import Company
from datagen.plan.hubspot import MEETING, Hubspot
from datagen.plan.hubspot_contacts import JOINED_BY_ID
from datagen.plan.hubspot_touches import (
    CLICKED,
    DELIVERED,
    FROM_GOOGLE,
    FROM_LINKEDIN,
    FROM_META,
    FROM_NEWSLETTER,
    OPENED,
    SENT,
)
from datagen.sizes import DAY, MISSING
from datagen.systems import FIRST_ORG
from datagen.vocabulary import (
    CHANNELS,
    EMAIL,
    FORMS,
    HUBSPOT_FORMS,
    PAID_SEARCH,
    PAID_SOCIAL,
)

KINDS = ["visit", "form", "campaign_response", "email_click"]
_VISIT, _FORM, _RESPONSE, _CLICK = range(4)
# a form on a page without tags: nothing says which channel it was
CHANNEL_NAMES = [*CHANNELS, "(unknown)"]
FORM_NAMES = [*FORMS, *HUBSPOT_FORMS]


@dataclass(frozen=True)
class Touches:
    """Touches of known people as columns; `form` is MISSING for those that are no form."""

    person: np.ndarray
    at: np.ndarray
    channel: np.ndarray
    kind: np.ndarray
    form: np.ndarray

    def of_people(self, people: np.ndarray) -> "Touches":
        """Only the touches of some people."""
        rows = np.flatnonzero(np.isin(self.person, people))
        return Touches(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))


def collect_touches(company: Company) -> Touches:
    """All touches of known people that a journey may hold."""
    parts = []
    if "web" in company.systems:
        parts += _web_touches(company)
    if FIRST_ORG in company.systems:
        parts.append(_responses(company))
    if company.hubspot:
        parts += _hubspot_touches(company, company.hubspot)
    if not parts:
        parts = [tuple(np.zeros(0, dtype=np.int64) for _ in range(5))]
    return Touches(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _web_touches(company: Company) -> list[tuple[np.ndarray, ...]]:
    sessions = company.marketing.sessions
    visits = np.flatnonzero(is_known_visitor(company))
    forms = visits[sessions.form[visits] >= 0]
    return [
        (
            sessions.person[visits],
            sessions.started_at[visits],
            sessions.channel[visits],
            np.full(len(visits), _VISIT),
            np.full(len(visits), MISSING),
        ),
        (
            sessions.person[forms],
            sessions.submitted_at[forms],
            sessions.channel[forms],
            np.full(len(forms), _FORM),
            sessions.form[forms],
        ),
    ]


def _responses(company: Company) -> tuple[np.ndarray, ...]:
    members = company.marketing.members
    rows = np.flatnonzero((members.responded_day >= 0) & ~members.is_deleted)
    return (
        members.person[rows],
        members.responded_day[rows] * DAY,
        company.marketing.crm_campaigns.channel[members.campaign[rows]],
        np.full(len(rows), _RESPONSE),
        np.full(len(rows), MISSING),
    )


def _hubspot_touches(company: Company, hubspot: Hubspot) -> list[tuple[np.ndarray, ...]]:
    person, sent, events = hubspot.contacts.person, hubspot.submissions, hubspot.email_events
    channel = np.full(len(sent.contact), len(CHANNELS))
    for origin, code in (
        (FROM_LINKEDIN, PAID_SOCIAL),
        (FROM_META, PAID_SOCIAL),
        (FROM_NEWSLETTER, EMAIL),
        (FROM_GOOGLE, PAID_SEARCH),
    ):
        channel[sent.origin == origin] = code
    forms = np.flatnonzero(~is_seen_twice(company, hubspot))
    clicks = np.flatnonzero(events.kind == CLICKED)
    return [
        (
            person[sent.contact[forms]],
            sent.submitted_at[forms],
            channel[forms],
            np.full(len(forms), _FORM),
            len(FORMS) + sent.form[forms],
        ),
        (
            person[events.contact[clicks]],
            events.happened_at[clicks],
            np.full(len(clicks), EMAIL),
            np.full(len(clicks), _CLICK),
            np.full(len(clicks), MISSING),
        ),
    ]


def is_seen_twice(company: Company, hubspot: Hubspot) -> np.ndarray:
    """Submissions that the web tracker has as well, under a campaign that Google Ads knows."""
    is_twin = hubspot.submissions.session >= 0
    return is_twin & ({"web", "google_ads"} <= set(company.systems))


def is_known_visitor(company: Company) -> np.ndarray:
    """Sessions of visitors who gave an address that a record of the chosen systems has."""
    person = company.marketing.sessions.person
    if FIRST_ORG in company.systems:
        return person >= 0
    is_known = np.zeros(company.org.deals.person_count, dtype=bool)
    if company.hubspot:
        contacts = company.hubspot.contacts
        has_address = (contacts.lead >= 0) & (contacts.kind != JOINED_BY_ID)
        is_known[contacts.lead[has_address]] = True
    return (person >= 0) & is_known[np.maximum(person, 0)]


def describe_touches(company: Company) -> dict:
    """Counts of sessions and memberships."""
    sessions, members = company.marketing.sessions, company.marketing.members
    is_response = (members.responded_day >= 0) & ~members.is_deleted
    described = {
        "rule": "responses: memberships that responded and are not deleted, once per person and "
        "campaign; sessions of known people: the visitor showed an address in at least one session"
    }
    if "web" in company.systems:
        is_known = is_known_visitor(company)
        described |= {
            "sessions": len(sessions.person),
            "sessions_of_known_people": int(is_known.sum()),
            "sessions_with_form": int((sessions.form >= 0).sum()),
            "known_people": len(np.unique(sessions.person[is_known])),
        }
    if FIRST_ORG in company.systems:
        described |= {
            "members": len(members.person),
            "responses": int(is_response.sum()),
            "members_without_response": int(
                ((members.responded_day < 0) & ~members.is_deleted).sum()
            ),
        }
    return described


def count_touches(company: Company) -> dict[str, int]:
    """Touches by type over all chosen systems, anonymous visits and reach included."""
    counts = describe_touches(company)
    by_type = {
        "visit": counts.get("sessions", 0),
        "form": counts.get("sessions_with_form", 0),
        "campaign_response": counts.get("responses", 0),
        "campaign_membership": counts.get("members_without_response", 0),
    }
    if company.hubspot:
        kind, engagements = company.hubspot.email_events.kind, company.hubspot.engagements
        by_type["form"] += int((~is_seen_twice(company, company.hubspot)).sum())
        by_type |= {
            "email_send": int((kind == SENT).sum()),
            "email_delivery": int((kind == DELIVERED).sum()),
            "email_open": int((kind == OPENED).sum()),
            "email_click": int((kind == CLICKED).sum()),
            "meeting": int((engagements.is_done & (engagements.kind == MEETING)).sum()),
        }
    return by_type
