"""Campaigns and what people did in answer: web sessions, CRM campaign memberships."""

from dataclasses import dataclass

import numpy as np

from datagen.plan.deals import Deals
from datagen.plan.population import Population
from datagen.sizes import DAY, END, FIRST_DAY, LAST_DAY, MISSING, START, Sizes
from datagen.vocabulary import (
    CAMPAIGN_TYPES,
    DIRECT,
    EMAIL,
    FORMS,
    LEAD_SOURCES,
    ORGANIC_SEARCH,
    ORGANIC_SOCIAL,
    PAGES,
    PAID_SEARCH,
    PAID_SOCIAL,
    REFERRAL,
)

_WEB_CHANNELS = [
    PAID_SEARCH,
    PAID_SOCIAL,
    EMAIL,
    ORGANIC_SEARCH,
    ORGANIC_SOCIAL,
    REFERRAL,
    DIRECT,
]
_WEB_SHARES = [0.22, 0.1, 0.12, 0.2, 0.05, 0.07, 0.24]
_GOOGLE_ADS = LEAD_SOURCES.index("Google Ads")
_WEB = LEAD_SOURCES.index("Web")
_IN_PERSON = [LEAD_SOURCES.index(name) for name in ("Event", "Partner", "Webinar")]
_ANONYMOUS_SHARE = 0.25
_DEMO_FORM = FORMS.index("demo_request")


@dataclass(frozen=True)
class CrmCampaigns:
    """Salesforce campaigns; `type` indexes CAMPAIGN_TYPES."""

    type: np.ndarray
    start_day: np.ndarray
    end_day: np.ndarray
    budget_cents: np.ndarray
    cost_cents: np.ndarray
    parent: np.ndarray

    @property
    def channel(self) -> np.ndarray:
        """The channel of each campaign's responses."""
        return np.array(list(CAMPAIGN_TYPES.values()))[self.type]


@dataclass(frozen=True)
class Sessions:
    """Web sessions in order of time; `person` is MISSING for visitors who never gave a name."""

    person: np.ndarray
    visitor: np.ndarray
    started_at: np.ndarray
    channel: np.ndarray
    campaign: np.ndarray
    form: np.ndarray
    submitted_at: np.ndarray
    shows_email: np.ndarray
    page: np.ndarray
    page_views: np.ndarray


@dataclass(frozen=True)
class Members:
    """Campaign memberships, one per (person, campaign).

    `lead` and `contact` are what the record points at. Where `is_doubled`, there is a second record
    on `doubled_contact`, the contact that the lead became.
    """

    person: np.ndarray
    campaign: np.ndarray
    lead: np.ndarray
    contact: np.ndarray
    created_at: np.ndarray
    responded_day: np.ndarray
    is_deleted: np.ndarray
    is_doubled: np.ndarray
    doubled_contact: np.ndarray


@dataclass(frozen=True)
class Marketing:
    """Everything marketing did, and the responses."""

    crm_campaigns: CrmCampaigns
    sessions: Sessions
    members: Members
    ad_campaign_count: int


def plan_marketing(sizes: Sizes, population: Population, deals: Deals, seed: int) -> Marketing:
    """Draw campaigns, then sessions and memberships of the planned people."""
    campaigns = _plan_crm_campaigns(sizes, np.random.default_rng([seed, 4]))
    return Marketing(
        crm_campaigns=campaigns,
        sessions=_plan_sessions(sizes, population, campaigns, np.random.default_rng([seed, 5])),
        members=_plan_members(
            sizes, population, deals, campaigns, np.random.default_rng([seed, 6])
        ),
        ad_campaign_count=sizes.ad_campaigns,
    )


def _plan_crm_campaigns(sizes: Sizes, rng: np.random.Generator) -> CrmCampaigns:
    count = sizes.crm_campaigns
    kind = np.arange(count) % len(CAMPAIGN_TYPES)
    start = FIRST_DAY + (np.arange(count) * 7919 % count) * (LAST_DAY - FIRST_DAY - 40) // count
    days = np.array([45, 60, 4, 2, 90, 60, 120])[kind] + rng.integers(0, 10, count)
    budget = rng.integers(20, 400, count) * 10_000
    cost = np.round(budget * rng.uniform(0.7, 1.2, count)).astype(np.int64)
    return CrmCampaigns(
        type=kind,
        start_day=start,
        end_day=start + days,
        budget_cents=budget,
        # e-mail costs nothing extra
        cost_cents=np.where(kind == 0, MISSING, cost),
        parent=np.where(np.arange(count) % 10 == 9, np.arange(count) - 9, MISSING),
    )


def _plan_sessions(
    sizes: Sizes, population: Population, campaigns: CrmCampaigns, rng: np.random.Generator
) -> Sessions:
    """Known visitors have one identifying session with a form; the others are scattered around."""
    is_online = population.has_email & ~population.is_quiet
    is_online &= rng.random(len(population)) < np.where(
        np.isin(population.source, (_WEB, _GOOGLE_ADS)), 1.0, 0.5
    )
    people = np.flatnonzero(is_online)
    identified_at, first_form = _draw_identification(population, people, rng)

    extra = max(round(sizes.sessions * (1 - _ANONYMOUS_SHARE)) - len(people), 0)
    weight = np.exp(rng.normal(0, 1.2, len(people)))
    weight *= np.where(population.is_converted[people], 3.0, 1.0)
    number = rng.choice(len(people), extra, p=weight / weight.sum())
    created_at = population.created_at[people][number]
    until = np.minimum(population.last_step_at[people][number] + 60 * DAY, END)
    is_before = rng.random(extra) < 0.5
    before = created_at - (rng.exponential(35 * DAY, extra)).astype(np.int64)
    before = np.where(
        before < START, START + ((created_at - START) * rng.random(extra)).astype(np.int64), before
    )
    after = created_at + (rng.random(extra) * (until - created_at)).astype(np.int64)
    extra_at = np.where(is_before, before, after)

    anonymous = sizes.sessions - len(people) - extra
    visitors = max(round(anonymous * 0.4), 1)
    anonymous_at = START + (rng.random(anonymous) * (END - START - DAY)).astype(np.int64)
    anonymous_visitor = len(population) + (rng.random(anonymous) ** 2 * visitors).astype(np.int64)

    person = np.r_[people, people[number], np.full(anonymous, MISSING)]
    started_at = np.r_[identified_at, extra_at, anonymous_at]
    order = np.argsort(started_at, kind="stable")
    count = len(order)
    is_identifying = np.arange(count) < len(people)
    known_since = np.r_[identified_at, identified_at[number], np.full(anonymous, END + 1)]
    is_known = started_at >= known_since
    has_form = is_identifying | (is_known & (rng.random(count) < 0.08))
    form = np.where(has_form, rng.integers(0, len(FORMS), count), MISSING)
    form[: len(people)] = first_form
    submitted_at = np.where(has_form, started_at + rng.integers(25, 600, count), MISSING)
    submitted_at[: len(people)] = identified_at + 30
    shows_email = has_form | (is_known & (rng.random(count) < 0.3))
    channel = rng.choice(_WEB_CHANNELS, count, p=_WEB_SHARES)
    from_ads = population.source[people] == _GOOGLE_ADS
    channel[: len(people)][from_ads] = PAID_SEARCH
    campaign = np.full(count, MISSING)
    paid = np.flatnonzero(channel == PAID_SEARCH)
    campaign[paid] = (rng.random(len(paid)) ** 1.5 * sizes.ad_campaigns).astype(np.int64)
    mailed = np.flatnonzero(channel == EMAIL)
    mailings = np.flatnonzero(campaigns.type == 0)
    campaign[mailed] = mailings[rng.integers(0, len(mailings), len(mailed))]
    return Sessions(
        person=person[order],
        visitor=np.r_[people, people[number], anonymous_visitor][order],
        started_at=started_at[order],
        channel=channel[order],
        campaign=campaign[order],
        form=form[order],
        submitted_at=np.minimum(submitted_at, END)[order],
        shows_email=shows_email[order],
        page=rng.integers(0, len(PAGES), count),
        page_views=1 + rng.geometric(0.35, count),
    )


def _draw_identification(
    population: Population, people: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """When each person's identifying session starts, and its form.

    Web leads fill the form seconds before the CRM creates them (30 seconds into the session); the
    others subscribe to something later.
    """
    created_at = population.created_at[people]
    came_by_web = np.isin(population.source[people], (_WEB, _GOOGLE_ADS))
    at_creation = created_at - 30 - rng.integers(2, 20, len(people))
    room = np.minimum(END - 3600 - created_at, 90 * DAY)
    later = created_at + 60 + (rng.random(len(people)) * np.maximum(room, 0)).astype(np.int64)
    form = rng.integers(0, len(FORMS), len(people))
    is_demo = came_by_web & (rng.random(len(people)) < 0.3)
    return np.where(came_by_web, at_creation, later), np.where(is_demo, _DEMO_FORM, form)


def _plan_members(
    sizes: Sizes,
    population: Population,
    deals: Deals,
    campaigns: CrmCampaigns,
    rng: np.random.Generator,
) -> Members:
    count = len(population)
    contacts = deals.contacts
    known_at = np.full(deals.person_count, END + 1)
    contact_of = np.full(deals.person_count, MISSING)
    live = np.flatnonzero(~contacts.is_deleted)
    known_at[contacts.person[live]] = contacts.created_at[live]
    contact_of[contacts.person[live]] = live
    known_at[:count] = np.where(population.is_quiet, END + 1, population.created_at)

    # event, partner and webinar leads come from a list: the response is at or before creation
    listed = np.flatnonzero(np.isin(population.source, _IN_PERSON) & ~population.is_quiet)
    wanted_type = np.array([-1, -1, 2, -1, 6, -1, 1])[population.source[listed]]
    per_type = [np.flatnonzero(campaigns.type == t) for t in range(len(CAMPAIGN_TYPES))]
    drawn = rng.random(len(listed))
    listed_campaign = np.empty(len(listed), dtype=np.int64)
    for type_number in np.unique(wanted_type):
        rows = wanted_type == type_number
        options = per_type[type_number]
        listed_campaign[rows] = options[(drawn[rows] * len(options)).astype(np.int64)]
    listed_at = population.created_at[listed]

    wanted = max(sizes.members - len(listed), 0)
    draws = int(wanted * 2.6) + 10
    weight = np.exp(rng.normal(0, 1.0, deals.person_count)) * (known_at <= END)
    weight[np.flatnonzero(population.is_converted)] *= 3
    person = rng.choice(deals.person_count, draws, p=weight / weight.sum())
    campaign = rng.integers(0, len(campaigns.type), draws)
    start = campaigns.start_day[campaign] * DAY
    length = (campaigns.end_day[campaign] + 1) * DAY - start
    member_at = start + (rng.random(draws) * length).astype(np.int64)
    fits = np.flatnonzero((member_at >= known_at[person]) & (member_at <= END))[:wanted]

    person = np.r_[listed, person[fits]]
    campaign = np.r_[listed_campaign, campaign[fits]]
    created_at = np.r_[listed_at, member_at[fits]]
    _, kept = np.unique(person * len(campaigns.type) + campaign, return_index=True)
    kept = np.sort(kept)
    person, campaign, created_at = person[kept], campaign[kept], created_at[kept]
    is_listed = kept < len(listed)

    day = created_at // DAY
    shift = np.where(is_listed, -rng.integers(0, 3, len(kept)), rng.integers(0, 6, len(kept)))
    has_responded = (is_listed | (rng.random(len(kept)) < 0.4)) & (day + shift <= LAST_DAY)
    return _point_members(
        sizes,
        population,
        deals,
        (person, campaign, created_at, np.where(has_responded, day + shift, MISSING)),
        contact_of,
        rng,
    )


def _point_members(
    sizes: Sizes,
    population: Population,
    deals: Deals,
    plan: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray],
    contact_of: np.ndarray,
    rng: np.random.Generator,
) -> Members:
    """Decide which record each membership hangs on, and plant deleted and doubled ones."""
    person, campaign, created_at, responded_day = plan
    order = np.argsort(created_at, kind="stable")
    person, campaign = person[order], campaign[order]
    created_at, responded_day = created_at[order], responded_day[order]
    count = len(person)
    is_lead_person = person < len(population)
    lead_row = np.where(is_lead_person, person, 0)
    converted_at = np.where(is_lead_person, deals.converted_at[lead_row], MISSING)
    contact = contact_of[person]
    joined_as_lead = is_lead_person & ((converted_at == MISSING) | (created_at < converted_at))
    # conversion moves a membership to the contact; some orgs keep the lead id on it as well
    keeps_lead = joined_as_lead & ((contact == MISSING) | (rng.random(count) < 0.4))
    has_responded = responded_day >= 0
    could_double = np.flatnonzero(joined_as_lead & (contact >= 0) & has_responded)
    doubled = rng.choice(could_double, min(sizes.planted(400, 3), len(could_double)), replace=False)
    is_doubled = np.zeros(count, dtype=bool)
    is_doubled[doubled] = True
    could_delete = np.flatnonzero(has_responded & ~is_doubled)
    deleted = rng.choice(could_delete, sizes.planted(200, 3), replace=False)
    is_deleted = np.zeros(count, dtype=bool)
    is_deleted[deleted] = True
    return Members(
        person=person,
        campaign=campaign,
        lead=np.where(is_doubled | keeps_lead, person, MISSING),
        contact=np.where(is_doubled, MISSING, contact),
        created_at=created_at,
        responded_day=responded_day,
        is_deleted=is_deleted,
        is_doubled=is_doubled,
        doubled_contact=np.where(is_doubled, contact, MISSING),
    )
