"""What people did in HubSpot: form submissions, and e-mails sent, delivered, opened, clicked."""

from dataclasses import dataclass

import numpy as np

from datagen.plan.hubspot_contacts import DELETED, MERGED_AWAY, PLAIN, HubspotContacts
from datagen.plan.marketing import Sessions
from datagen.sizes import DAY, END, MISSING, START, Sizes
from datagen.vocabulary import FORMS, HUBSPOT_FORMS, PAID_SEARCH

# where the visitor of a form's page came from, as the page's address says
FROM_NOWHERE, FROM_LINKEDIN, FROM_META, FROM_NEWSLETTER, FROM_GOOGLE = range(5)
SENT, DELIVERED, OPENED, CLICKED = range(4)
# sessions on the later pages are tagged with the id of the ad campaign, the others with its name
FIRST_PAGE_TAGGED_BY_ID = 6
_STORM_OPENS = 12


@dataclass(frozen=True)
class Submissions:
    """Forms sent; `campaign` counts the campaigns of the network, `session` is the web's twin."""

    contact: np.ndarray
    submitted_at: np.ndarray
    form: np.ndarray
    origin: np.ndarray
    campaign: np.ndarray
    session: np.ndarray


@dataclass(frozen=True)
class EmailEvents:
    """Events of e-mails in order of time; `sent` is the row of the e-mail's SENT event."""

    kind: np.ndarray
    contact: np.ndarray
    campaign: np.ndarray
    happened_at: np.ndarray
    sent: np.ndarray
    is_storm: np.ndarray
    campaign_sent_at: np.ndarray

    @property
    def cut_at(self) -> int:
        """When the first extract of the log was cut: ten days after the last but one mailing."""
        return int(self.campaign_sent_at[-2]) + 10 * DAY

    @property
    def overlap_since(self) -> int:
        """From when on the second extract repeats the first: that mailing is in both."""
        return int(self.campaign_sent_at[-2]) - DAY

    @property
    def forgotten(self) -> tuple[int, int]:
        """The days that the first extract left out and that came last: those of one mailing."""
        start = int(self.campaign_sent_at[len(self.campaign_sent_at) // 3])
        return start, start + 3 * DAY


def plan_submissions(
    sizes: Sizes,
    contacts: HubspotContacts,
    in_deals: np.ndarray,
    sessions: Sessions,
    social_campaigns: int,
    rng: np.random.Generator,
) -> Submissions:
    """Forms that made a contact, later forms, and forms that the web tracker saw as well.

    Everybody in `in_deals` (contact rows) came by a form: their first touch is before the deal.
    """
    own = contacts.own_rows
    made = np.union1d(own[rng.random(len(own)) < 0.7], in_deals)
    made = made[contacts.kind[made] != DELETED]
    able = np.flatnonzero(contacts.kind != DELETED)
    later = rng.choice(able, round(0.4 * len(able)))
    until = np.where(contacts.merged_at[later] >= 0, contacts.merged_at[later], END)
    later_at = (
        contacts.created_at[later]
        + 1
        + (rng.random(len(later)) * (until - contacts.created_at[later] - 1)).astype(np.int64)
    )
    session, twin = _find_twins(sizes, contacts, sessions, rng)
    count = len(made) + len(later)
    origin = rng.choice(FROM_GOOGLE, count, p=[0.3, 0.3, 0.25, 0.15])
    is_social = (origin == FROM_LINKEDIN) | (origin == FROM_META)
    drawn = np.where(is_social, rng.integers(0, social_campaigns, count), MISSING)
    parts = {
        "contact": np.r_[made, later, twin],
        # the form comes first, the record after it
        "submitted_at": np.r_[
            contacts.created_at[made] - 10, later_at, sessions.submitted_at[session] + 2
        ],
        "form": rng.integers(0, len(HUBSPOT_FORMS), count + len(twin)),
        "origin": np.r_[origin, np.full(len(twin), FROM_GOOGLE)],
        "campaign": np.r_[drawn, sessions.campaign[session]],
        "session": np.r_[np.full(count, MISSING), session],
    }
    order = np.lexsort((parts["contact"], parts["submitted_at"]))
    # one person sends one form once in a second
    key = np.stack([parts["submitted_at"][order], parts["contact"][order]], axis=1)
    is_first = np.r_[True, (np.diff(key, axis=0) != 0).any(axis=1)]
    return Submissions(**{name: values[order[is_first]] for name, values in parts.items()})


def _find_twins(
    sizes: Sizes, contacts: HubspotContacts, sessions: Sessions, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Web forms that HubSpot saw too, and their contacts: known people with one web form only."""
    shared = np.flatnonzero((contacts.lead >= 0) & (contacts.kind == PLAIN))
    people = max(int(sessions.person.max()), int(contacts.lead.max())) + 1
    contact_of = np.full(people, MISSING)
    contact_of[contacts.lead[shared]] = shared
    with_form = np.flatnonzero((sessions.form >= 0) & (sessions.person >= 0))
    forms = np.bincount(sessions.person[with_form], minlength=people)
    contact = contact_of[sessions.person[with_form]]
    fits = (contact >= 0) & (forms[sessions.person[with_form]] == 1)
    fits &= (sessions.channel[with_form] == PAID_SEARCH) & (
        sessions.page[with_form] >= FIRST_PAGE_TAGGED_BY_ID
    )
    fits &= sessions.form[with_form] != FORMS.index("demo_request")
    fits &= sessions.submitted_at[with_form] > contacts.created_at[contact]
    fits &= sessions.submitted_at[with_form] < END - DAY
    chosen = rng.permutation(np.flatnonzero(fits))[: sizes.planted(300, 3)]
    return with_form[chosen], contact[chosen]


def plan_email_events(
    sizes: Sizes, contacts: HubspotContacts, rng: np.random.Generator
) -> EmailEvents:
    """Mailings to a quarter of all contacts of the day; one is opened by privacy proxies."""
    campaigns = 12 + round(24 * min(sizes.scale, 4.0))
    campaign_at = START + (np.arange(campaigns) + 1) * ((END - START - 6 * DAY) // campaigns)
    able_since = np.where(contacts.kind == DELETED, END, contacts.created_at)
    able_until = np.where(contacts.kind == MERGED_AWAY, contacts.merged_at, END)
    is_sent = (able_since < campaign_at[:, None]) & (campaign_at[:, None] < able_until)
    is_sent &= rng.random(is_sent.shape, dtype=np.float32) < 0.25
    campaign, contact = np.nonzero(is_sent)
    sent_at = campaign_at[campaign] + rng.integers(0, 1200, len(campaign))

    delivered = np.flatnonzero(rng.random(len(sent_at)) < 0.97)
    delivered_at = sent_at[delivered] + rng.integers(1, 20, len(delivered))
    is_open = rng.random(len(delivered)) < 0.35
    opened, opened_at = delivered[is_open], delivered_at[is_open]
    opened_at = opened_at + 60 + (rng.random(len(opened)) * DAY).astype(np.int64)
    is_click = rng.random(len(opened)) < 0.3
    clicked, clicked_at = (
        opened[is_click],
        opened_at[is_click] + rng.integers(5, 3600, is_click.sum()),
    )
    in_storm = np.flatnonzero(campaign[delivered] == campaigns // 2)[: sizes.planted(2000, 40)]
    storm = np.repeat(in_storm, _STORM_OPENS)
    storm_at = delivered_at[storm] + 3 + np.tile(np.arange(_STORM_OPENS) * 7, len(in_storm))

    parts = [
        (SENT, np.arange(len(sent_at)), sent_at),
        (DELIVERED, delivered, delivered_at),
        (OPENED, np.r_[opened, delivered[storm]], np.r_[opened_at, storm_at]),
        (CLICKED, clicked, clicked_at),
    ]
    kind = np.repeat([part[0] for part in parts], [len(part[1]) for part in parts])
    sent = np.concatenate([part[1] for part in parts])
    at = np.concatenate([part[2] for part in parts])
    is_storm = np.zeros(len(kind), dtype=bool)
    end_of_opens = len(sent_at) + len(delivered) + len(opened) + len(storm)
    is_storm[end_of_opens - len(storm) : end_of_opens] = True
    order = np.lexsort((np.arange(len(at)), at))
    position = np.empty(len(at), dtype=np.int64)
    position[order] = np.arange(len(at))
    return EmailEvents(
        kind=kind[order],
        contact=contact[sent][order],
        campaign=campaign[sent][order],
        happened_at=at[order],
        sent=position[sent][order],
        is_storm=is_storm[order],
        campaign_sent_at=campaign_at,
    )
