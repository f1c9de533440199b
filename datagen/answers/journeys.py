"""The planned journeys of a sample of won opportunities, where they can be stated exactly."""

import numpy as np

from datagen.answers.money import format_time
from datagen.answers.touches import CHANNEL_NAMES, FORM_NAMES, KINDS, Touches, collect_touches
from datagen.exports.hubspot_ids import list_numbers
from datagen.exports.salesforce_ids import list_ids
from datagen.plan.company import Company
from datagen.plan.hubspot import MEETING
from datagen.plan.hubspot_deals import PLAIN
from datagen.plan.opportunities import NO_HISTORY
from datagen.sizes import DAY, END, HOUR, MISSING

SAMPLE_SIZE = 60
LOOKBACK_DAYS = 365
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


HUBSPOT_RULE = (
    "The same for won deals of new business in the sales pipeline. A form is a touch at its "
    "submission, its channel is what the tags of the page's address say, '(unknown)' without tags; "
    "a click in an e-mail is a touch, what was sent, delivered or opened is none. Sampled: deals "
    "without meetings, whose people all sent a form before their contact was made."
)


def describe_journeys(company: Company) -> dict:
    """The rule and the sampled journeys of the first org."""
    deals = company.org.deals
    plan = deals.opportunities
    touches = collect_touches(company)
    is_candidate = plan.is_live & plan.is_won & plan.is_new & ~plan.has_campaign
    is_candidate &= plan.kind != NO_HISTORY
    unclear = _find_unclear_people(company, touches)
    role_person = deals.contacts.person[deals.roles.contact]
    is_candidate[np.unique(deals.roles.opportunity[unclear[role_person]])] = False
    candidates = np.flatnonzero(is_candidate)
    pool = candidates[:: max(1, len(candidates) // (3 * SAMPLE_SIZE))]

    in_pool = np.isin(deals.roles.opportunity, pool)
    touches = touches.of_people(np.unique(role_person[in_pool]))
    groups = [role_person[in_pool & (deals.roles.opportunity == row)] for row in pool]
    return _describe(RULE, list_ids("opportunity", pool), groups, plan.last_step_at[pool], touches)


def describe_hubspot_journeys(company: Company) -> dict:
    """The rule and the sampled journeys of HubSpot's deals."""
    hubspot = company.hubspot
    deals, person = hubspot.deals, hubspot.contacts.person[hubspot.deal_contact]
    is_candidate = deals.is_won & deals.is_new & (deals.kind == PLAIN)
    engagements = hubspot.engagements
    met = hubspot.contacts.person[engagements.contact[engagements.kind == MEETING]]
    is_candidate[deals.deal[np.isin(person, met)]] = False
    pool = np.flatnonzero(is_candidate)[: 2 * SAMPLE_SIZE]
    groups = [person[deals.deal == row] for row in pool]
    touches = collect_touches(company).of_people(person)
    return _describe(
        HUBSPOT_RULE, list_numbers("deal", pool), groups, deals.last_step_at[pool], touches
    )


def _describe(
    rule: str, ids: list[str], groups: list[np.ndarray], won_at: np.ndarray, touches: Touches
) -> dict:
    journeys = []
    for identity, people, at in zip(ids, groups, won_at.tolist(), strict=True):
        journey = _cut_journey(touches, people, at)
        if journey:
            journeys.append(
                {
                    "opportunity_id": identity,
                    "converted_at": format_time(at),
                    "people": len(people),
                    "touches": journey,
                }
            )
    return {
        "rule": rule,
        "count": min(len(journeys), SAMPLE_SIZE),
        "journeys": journeys[:SAMPLE_SIZE],
    }


def _find_unclear_people(company: Company, touches: Touches) -> np.ndarray:
    """People for whom the ledger may add a touch of its own, or ignore one."""
    population, deals = company.org.population, company.org.deals
    members = company.marketing.members
    first_touch = np.full(deals.person_count, END + DAY)
    in_org = touches.person < deals.person_count
    np.minimum.at(first_touch, touches.person[in_org], touches.at[in_org])
    unclear = np.zeros(deals.person_count, dtype=bool)
    unclear[: len(population)] = first_touch[: len(population)] > population.created_at
    outsiders = deals.contacts.person >= len(population)
    has_source = deals.contacts.source != MISSING
    unclear[deals.contacts.person[outsiders & has_source]] = True
    unclear[members.person[members.is_deleted]] = True
    return unclear


def _cut_journey(touches: Touches, people: np.ndarray, won_at: int) -> list[dict]:
    """The touches inside the window; empty when one is too near to an end to be sure of."""
    mine = np.isin(touches.person, people)
    at = touches.at
    opens_at = won_at - LOOKBACK_DAYS * DAY
    if (mine & ((np.abs(at - opens_at) < HOUR) | (np.abs(at - won_at) < HOUR))).any():
        return []
    rows = np.flatnonzero(mine & (at >= opens_at) & (at <= won_at))
    rows = rows[np.lexsort((touches.channel[rows], at[rows]))]
    return [_describe_touch(touches, row) for row in rows]


def _describe_touch(touches: Touches, row: int) -> dict:
    touch = {
        "touched_at": format_time(touches.at[row]),
        "kind": KINDS[touches.kind[row]],
        "channel": CHANNEL_NAMES[touches.channel[row]],
    }
    if touches.form[row] >= 0:
        touch["form_name"] = FORM_NAMES[touches.form[row]]
    return touch
