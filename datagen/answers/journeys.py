"""The planned journeys of a sample of won opportunities, where they can be stated exactly."""

import numpy as np

from datagen.answers.money import format_time
from datagen.exports.salesforce_ids import list_ids
from datagen.plan.deals import Deals
from datagen.plan.marketing import Marketing
from datagen.plan.opportunities import NO_HISTORY
from datagen.plan.population import Population
from datagen.sizes import DAY, END, HOUR, MISSING
from datagen.vocabulary import CHANNELS, FORMS

SAMPLE_SIZE = 60
LOOKBACK_DAYS = 365
KINDS = ["visit", "form", "campaign_response"]
RULE = (
    "All touches of the buying group (converted lead and contact roles, each person once) from "
    "365 x 24 h before the win to the win, in order of time; touches of the same second in no "
    "order. A session is a 'visit' at its start and, when a form was submitted, also a 'form' "
    "at that second. A membership is an entry only when it responded, at the start (UTC) of "
    "FirstRespondedDate, once per person and campaign. Sampled: wins of new business with "
    "history, without CampaignId, whose people all have a touch at or before their lead's "
    "creation or no LeadSource (so no record_source touch arises), none with a deleted "
    "response, no touch within an hour of either end of the window."
)


def describe_journeys(population: Population, deals: Deals, marketing: Marketing) -> dict:
    """The rule and the sampled journeys."""
    plan = deals.opportunities
    is_candidate = plan.is_live & plan.is_won & plan.is_new & ~plan.has_campaign
    is_candidate &= plan.kind != NO_HISTORY
    unclear = _find_unclear_people(population, deals, marketing)
    role_person = deals.contacts.person[deals.roles.contact]
    is_candidate[np.unique(deals.roles.opportunity[unclear[role_person]])] = False
    candidates = np.flatnonzero(is_candidate)
    pool = candidates[:: max(1, len(candidates) // (3 * SAMPLE_SIZE))]

    in_pool = np.isin(deals.roles.opportunity, pool)
    touches = _collect_touches(marketing, np.unique(role_person[in_pool]))
    groups = {
        int(opportunity): role_person[in_pool & (deals.roles.opportunity == opportunity)]
        for opportunity in pool
    }
    journeys = []
    for opportunity, people in groups.items():
        journey = _cut_journey(touches, people, int(plan.last_step_at[opportunity]))
        if journey:
            journeys.append(
                {
                    "opportunity_id": list_ids("opportunity", np.array([opportunity]))[0],
                    "converted_at": format_time(plan.last_step_at[opportunity]),
                    "people": len(people),
                    "touches": journey,
                }
            )
    return {
        "rule": RULE,
        "count": min(len(journeys), SAMPLE_SIZE),
        "journeys": journeys[:SAMPLE_SIZE],
    }


def _find_unclear_people(population: Population, deals: Deals, marketing: Marketing) -> np.ndarray:
    """People for whom the ledger may add a touch of its own, or ignore one."""
    sessions, members = marketing.sessions, marketing.members
    first_touch = np.full(deals.person_count, END + DAY)
    known = sessions.person >= 0
    np.minimum.at(first_touch, sessions.person[known], sessions.started_at[known])
    responded = (members.responded_day >= 0) & ~members.is_deleted
    np.minimum.at(first_touch, members.person[responded], members.responded_day[responded] * DAY)
    unclear = np.zeros(deals.person_count, dtype=bool)
    unclear[: len(population)] = first_touch[: len(population)] > population.created_at
    outsiders = deals.contacts.person >= len(population)
    has_source = deals.contacts.source != MISSING
    unclear[deals.contacts.person[outsiders & has_source]] = True
    unclear[members.person[members.is_deleted]] = True
    return unclear


def _collect_touches(marketing: Marketing, people: np.ndarray) -> dict[str, np.ndarray]:
    """Visits, forms and responses of some people as columns; `form` is MISSING for the others."""
    sessions, members = marketing.sessions, marketing.members
    visits = np.flatnonzero(np.isin(sessions.person, people))
    forms = visits[sessions.form[visits] >= 0]
    is_response = (members.responded_day >= 0) & ~members.is_deleted
    responses = np.flatnonzero(np.isin(members.person, people) & is_response)
    channel_of_campaign = marketing.crm_campaigns.channel
    parts = [
        # person, time, channel, kind, form
        (
            sessions.person[visits],
            sessions.started_at[visits],
            sessions.channel[visits],
            np.full(len(visits), KINDS.index("visit")),
            np.full(len(visits), MISSING),
        ),
        (
            sessions.person[forms],
            sessions.submitted_at[forms],
            sessions.channel[forms],
            np.full(len(forms), KINDS.index("form")),
            sessions.form[forms],
        ),
        (
            members.person[responses],
            members.responded_day[responses] * DAY,
            channel_of_campaign[members.campaign[responses]],
            np.full(len(responses), KINDS.index("campaign_response")),
            np.full(len(responses), MISSING),
        ),
    ]
    names = ("person", "at", "channel", "kind", "form")
    return {
        name: np.concatenate(c) for name, c in zip(names, zip(*parts, strict=True), strict=True)
    }


def _cut_journey(touches: dict[str, np.ndarray], people: np.ndarray, won_at: int) -> list[dict]:
    """The touches inside the window; empty when one is too near to an end to be sure of."""
    mine = np.isin(touches["person"], people)
    at = touches["at"]
    opens_at = won_at - LOOKBACK_DAYS * DAY
    if (mine & ((np.abs(at - opens_at) < HOUR) | (np.abs(at - won_at) < HOUR))).any():
        return []
    rows = np.flatnonzero(mine & (at >= opens_at) & (at <= won_at))
    rows = rows[np.lexsort((touches["channel"][rows], at[rows]))]
    return [_describe_touch(touches, row) for row in rows]


def _describe_touch(touches: dict[str, np.ndarray], row: int) -> dict:
    touch = {
        "touched_at": format_time(touches["at"][row]),
        "kind": KINDS[touches["kind"][row]],
        "channel": CHANNELS[touches["channel"][row]],
    }
    if touches["form"][row] >= 0:
        touch["form_name"] = FORMS[touches["form"][row]]
    return touch
