"""What HubSpot adds: people, deals, stages, touches and defects of its own."""

import numpy as np

from datagen.answers.journeys import describe_hubspot_journeys
from datagen.answers.money import (
    DealView,
    describe_opportunities,
    format_time,
    list_capped,
)
from datagen.answers.stages import order_entries
from datagen.answers.touches import is_seen_twice
from datagen.exports.hubspot_contacts import (
    PLACEHOLDER_TITLES,
    UNDATED_COMPANIES,
    deleted_company_rows,
    job_titles,
    late_rows,
)
from datagen.exports.hubspot_ids import list_numbers
from datagen.exports.hubspot_sales import never_closing
from datagen.exports.salesforce_ids import list_ids
from datagen.plan import hubspot_contacts as contact_kinds
from datagen.plan import hubspot_deals as deal_kinds
from datagen.plan.company import Company
from datagen.plan.hubspot import CALL, EMAIL, MEETING, TASK, Hubspot
from datagen.plan.hubspot_contacts import NO_ID
from datagen.sizes import MISSING
from datagen.vocabulary import (
    DEAL_LOST,
    DEAL_WON,
    HUBSPOT_CUSTOM_STAGE,
    HUBSPOT_LEAD,
    HUBSPOT_MQL,
    HUBSPOT_SQL,
    HUBSPOT_STAGES,
    HUBSPOT_SUBSCRIBER,
)

_RULE = (
    "HubSpot is the marketing tool beside Salesforce. A contact of a Salesforce lead has the "
    "lead's address, or the stored id of the lead or of the contact it became (15 or 18 "
    "characters; an id of the org 'salesforce', whatever other org has the same), and is younger "
    "than the lead. "
    "Salesforce decides the stages of the people that it knows, HubSpot those of the others. A "
    "lifecycle stage is a high-water mark: one that was set back moves nobody. Deals are only of "
    "people whom Salesforce does not know."
)
_STAGES = {
    HUBSPOT_SUBSCRIBER: "inquiry",
    HUBSPOT_LEAD: "inquiry",
    HUBSPOT_MQL: "mql",
    HUBSPOT_SQL: "sql",
}
_LISTED_LEADS = 300


def describe_hubspot(company: Company) -> dict:
    """All of HubSpot's part of the sheet."""
    hubspot = company.hubspot
    return {
        "rule": _RULE,
        "people": _describe_contacts(hubspot),
        "opportunities": {
            **describe_opportunities(view_deals(hubspot), company.rates),
            "outside_sales_pipelines": _deals_of(hubspot, deal_kinds.NOT_SALES),
        },
        "touches": _describe_touches(company),
        "engagements": _describe_engagements(hubspot),
        "journeys": describe_hubspot_journeys(company),
        "stages": _describe_stages(hubspot),
        "defects": _describe_defects(company),
    }


def view_deals(hubspot: Hubspot) -> DealView:
    """The deals; those outside the sales pipelines are all open and no new business."""
    deals = hubspot.deals
    has_group = np.zeros(len(deals), dtype=bool)
    has_group[deals.deal] = True
    return DealView(
        ids=list_numbers("deal", np.arange(len(deals))),
        created_at=deals.created_at,
        closed_at=deals.last_step_at,
        is_live=deals.is_live,
        is_won=deals.is_won,
        is_lost=deals.stage == DEAL_LOST,
        is_new=deals.is_new & (deals.kind != deal_kinds.NOT_SALES),
        currency=deals.currency,
        first_cents=deals.cents,
        final_cents=deals.cents,
        has_group=has_group,
    )


def _describe_contacts(hubspot: Hubspot) -> dict:
    contacts = hubspot.contacts
    live = contacts.is_live
    return {
        "contacts": len(contacts),
        "contacts_live": int(live.sum()),
        "people": len(np.unique(contacts.person[live])),
        "people_known_to_salesforce": len(np.unique(contacts.person[live & ~contacts.is_own])),
        "people_known_only_here": len(np.unique(contacts.person[live & contacts.is_own])),
        "with_stored_salesforce_id": int((contacts.stored_id != NO_ID).sum()),
    }


def _describe_touches(company: Company) -> dict:
    hubspot = company.hubspot
    sent, events = hubspot.submissions, hubspot.email_events
    counts = np.bincount(events.kind, minlength=4)
    names = ("emails_sent", "emails_delivered", "emails_opened", "emails_clicked")
    return {
        "form_submissions": len(sent.contact),
        "submissions_that_the_web_tracker_has_too": int(is_seen_twice(company, hubspot).sum()),
        **dict(zip(names, counts.tolist(), strict=True)),
        "email_campaigns": len(events.campaign_sent_at),
    }


def _describe_engagements(hubspot: Hubspot) -> dict:
    engagements = hubspot.engagements
    kind, is_done = engagements.kind, engagements.is_done
    return {
        "calls": int((kind == CALL).sum()),
        "emails": int((kind == EMAIL).sum()),
        "inbound": int(engagements.is_inbound.sum()),
        "meetings_held": int(((kind == MEETING) & is_done).sum()),
        "meetings_ahead": int(((kind == MEETING) & ~is_done).sum()),
        "tasks_completed": int(((kind == TASK) & is_done).sum()),
        "tasks_open": int(((kind == TASK) & ~is_done).sum()),
    }


def _describe_stages(hubspot: Hubspot) -> dict:
    """Ledger entries of people whom only HubSpot knows, as in the first org's sample."""
    contacts, deals = hubspot.contacts, hubspot.deals
    deal_count = np.bincount(hubspot.deal_contact, minlength=len(contacts))
    deal_of = np.full(len(contacts), MISSING)
    is_plain = (deals.kind == deal_kinds.PLAIN) & deals.is_new
    rows = contacts.shared_count + deals.primary
    deal_of[rows[is_plain]] = np.flatnonzero(is_plain)
    is_clear = np.isin(contacts.kind, (contact_kinds.PLAIN, contact_kinds.SET_BACK))
    is_clear &= contacts.is_own & ((deal_count == 0) | (deal_of >= 0))
    chosen = np.flatnonzero(is_clear)[:_LISTED_LEADS]
    return {
        "rule": "As in 'stages', for contacts without Salesforce record: subscriber and lead, "
        "marketingqualifiedlead, salesqualifiedlead are inquiry, mql, sql; opportunity, customer "
        "and lost are the deal's creation and closing.",
        "count": len(chosen),
        "leads": [
            {
                "lead_id": identity,
                "entries": [
                    [stage, format_time(at), cycle, is_inferred]
                    for stage, at, cycle, is_inferred in _list_entries(hubspot, row, deal_of[row])
                ],
            }
            for identity, row in zip(list_numbers("contact", chosen), chosen.tolist(), strict=True)
        ],
    }


def _list_entries(hubspot: Hubspot, row: int, deal: int) -> list[tuple[str, int, int, bool]]:
    contacts, deals = hubspot.contacts, hubspot.deals
    events, highest = [], -1
    for stage, at in zip(
        contacts.stages[row].tolist(), contacts.stage_at[row].tolist(), strict=True
    ):
        # not what repeats a stage, nor what is set back
        rank = max(stage, HUBSPOT_LEAD)
        if stage in _STAGES and rank > highest:
            events.append((_STAGES[stage], at))
            highest = rank
    if deal >= 0:
        events.append(("opportunity", int(deals.created_at[deal])))
        ending = {DEAL_WON: "customer", DEAL_LOST: "lost"}.get(int(deals.stage[deal]))
        if ending:
            events.append((ending, int(deals.last_step_at[deal])))
    return order_entries(events)


def _deals_of(hubspot: Hubspot, kind: int) -> dict:
    return list_capped(list_numbers("deal", np.flatnonzero(hubspot.deals.kind == kind)))


def _describe_defects(company: Company) -> dict:
    hubspot = company.hubspot
    contacts, deals, events = hubspot.contacts, hubspot.deals, hubspot.email_events

    def of_contacts(rows: np.ndarray) -> dict:
        return list_capped(list_numbers("contact", rows))

    def of_kind(kind: int) -> dict:
        return of_contacts(contacts.of_kind(kind))

    joined = contacts.of_kind(contact_kinds.JOINED_BY_ID)
    away = contacts.of_kind(contact_kinds.MERGED_AWAY)
    storm = np.unique(events.campaign[events.is_storm])
    return {
        "joined_by_stored_id_only": {
            **of_contacts(joined),
            "salesforce_leads": list_ids("lead", contacts.lead[joined])[:1000],
        },
        "lifecycle_set_back": of_kind(contact_kinds.SET_BACK),
        "lifecycle_disagrees_with_salesforce": of_kind(contact_kinds.DISAGREES),
        "unmapped_lifecycle_stage": {
            **of_kind(contact_kinds.UNMAPPED),
            "value": HUBSPOT_STAGES[HUBSPOT_CUSTOM_STAGE],
        },
        "deleted_contacts": of_kind(contact_kinds.DELETED),
        "merged_contacts": {
            **of_contacts(away),
            "survivors": of_contacts(contacts.merged_into[away])["ids"],
        },
        "modified_in_9999": of_kind(contact_kinds.LYING_DATE),
        "older_state_arrives_last": of_contacts(late_rows(contacts)),
        "deleted_companies": list_capped(list_numbers("company", deleted_company_rows(hubspot))),
        "deleted_deals": _deals_of(hubspot, deal_kinds.DELETED),
        "deals_without_amount": list_capped(list_numbers("deal", np.flatnonzero(deals.cents < 0))),
        "open_deals_closing_in_9999": list_capped(list_numbers("deal", never_closing(deals))),
        "companies_created_in_1900": list_capped(
            list_numbers("company", hubspot.companies[list(UNDATED_COMPANIES)])
        ),
        "placeholder_job_titles": {
            "count": int(np.isin(job_titles(len(contacts)), PLACEHOLDER_TITLES).sum()),
            "values": ["Select", "N/A"],
        },
        "email_events_in_two_files": {
            "count": int(
                (
                    (events.happened_at >= events.overlap_since)
                    & (events.happened_at < events.cut_at)
                ).sum()
            )
        },
        "email_events_arriving_last": {
            "count": int(
                (
                    (events.happened_at >= events.forgotten[0])
                    & (events.happened_at < events.forgotten[1])
                ).sum()
            )
        },
        "opens_by_privacy_proxies": {
            "count": int(events.is_storm.sum()),
            "email_campaigns": list_numbers("email_campaign", storm),
        },
    }
