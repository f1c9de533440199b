"""The answer sheet: what was planned, written beside the extracts and never read back from them."""

import json
from pathlib import Path

import numpy as np

from datagen.answers.journeys import describe_journeys
from datagen.answers.money import (
    describe_opportunities,
    describe_rates,
    describe_spend,
    list_capped,
)
from datagen.answers.stages import describe_stages
from datagen.exports.salesforce_ids import list_ids
from datagen.plan import opportunities as deal_kinds
from datagen.plan.company import Company
from datagen.plan.population import (
    BAD_CREATED,
    CROWDED_EMAIL,
    DELETED,
    DUPLICATED,
    EARLY_HISTORY,
    MERGE_SURVIVOR,
    NO_HISTORY,
    SHARED_MAILBOX,
    UNMAPPED,
)
from datagen.sizes import END, SPEND_DAYS, START

NAME = ".answer_sheet.json"
_BROKEN_LINES = {"salesforce.lead": 2, "web.sessions": 2}
_PEOPLE_RULE = (
    "A person is in dim_leads when at least one lead or contact record of theirs is neither "
    "deleted nor merged away nor quarantined. Records with the same address (case and "
    "outer spaces aside; not shared mailboxes, nor addresses with more than three names) are one "
    "person; so are a lead and the contact it was converted to, "
    "and merged records with their last survivor. Every record is one alias."
)


def write_answer_sheet(landing: Path, company: Company, records: dict[str, dict[str, int]]) -> Path:
    """Write the sheet; `records` are the good records per system and object, with re-exports."""
    sheet = {
        "seed": company.seed,
        "scale": company.sizes.scale,
        "period": {
            "start": str(np.datetime64(START, "s")) + "Z",
            "end": str(np.datetime64(END, "s")) + "Z",
            "spend_days": SPEND_DAYS,
        },
        "objects": _describe_objects(company, records),
        "people": _describe_people(company),
        "defects": _describe_defects(company),
        "opportunities": describe_opportunities(company.deals, company.rates),
        "spend": describe_spend(company.ads, company.marketing.crm_campaigns, company.rates),
        "exchange_rates": describe_rates(company.deals, company.rates),
        "touches": _describe_touches(company),
        "journeys": describe_journeys(company.population, company.deals, company.marketing),
        "stages": describe_stages(company.population, company.deals),
    }
    path = landing / NAME
    path.write_text(json.dumps(sheet, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def _describe_objects(company: Company, records: dict[str, dict[str, int]]) -> dict:
    leads = company.lead_records
    superseded = {"salesforce.lead": len(leads.reexported_copies) + len(leads.reexported_newer)}
    bad_cells = {"salesforce.lead": len(leads.invalid_created)}
    described = {}
    for system, objects in records.items():
        for name, count in objects.items():
            key = f"{system}.{name}"
            described[key] = {
                "files": 2 if key == "salesforce.lead" else 1,
                "records": count,
                "broken_lines": _BROKEN_LINES.get(key, 0),
                "superseded": superseded.get(key, 0),
                "bad_required_cell": bad_cells.get(key, 0),
                "staged": count - superseded.get(key, 0) - bad_cells.get(key, 0),
            }
    return described


def _describe_people(company: Company) -> dict:
    population, contacts = company.population, company.deals.contacts
    leads = company.lead_records
    is_live_lead = ~leads.is_deleted
    is_live_lead[leads.invalid_created] = False
    is_live_contact = ~contacts.is_deleted
    people = np.union1d(leads.person[is_live_lead], contacts.person[is_live_contact])
    lead_records = len(leads.person) - len(leads.invalid_created)
    return {
        "rule": _PEOPLE_RULE,
        "people": len(people),
        "people_with_a_lead_record": int((people < len(population)).sum()),
        "people_known_only_as_contacts": int((people >= len(population)).sum()),
        "alias_records": lead_records + len(contacts.person),
        "alias_records_live": int(is_live_lead.sum() + is_live_contact.sum()),
        "converted_leads": len(company.deals.converted_leads),
        "converted_without_opportunity": int(
            (company.deals.lead_opportunity[company.deals.converted_leads] < 0).sum()
        ),
    }


def _describe_touches(company: Company) -> dict:
    sessions, members = company.marketing.sessions, company.marketing.members
    is_response = (members.responded_day >= 0) & ~members.is_deleted
    return {
        "rule": "responses: memberships that responded and are not deleted, once per person and "
        "campaign; sessions of known people: the visitor showed an address in at least one session",
        "sessions": len(sessions.person),
        "sessions_of_known_people": int((sessions.person >= 0).sum()),
        "sessions_with_form": int((sessions.form >= 0).sum()),
        "known_people": len(np.unique(sessions.person[sessions.person >= 0])),
        "members": len(members.person),
        "responses": int(is_response.sum()),
        "members_without_response": int(((members.responded_day < 0) & ~members.is_deleted).sum()),
    }


def _describe_defects(company: Company) -> dict:
    population, leads, deals = company.population, company.lead_records, company.deals
    plan, contacts, members = deals.opportunities, deals.contacts, company.marketing.members

    def of_leads(rows: np.ndarray) -> dict:
        return list_capped(list_ids("lead", rows))

    def of_kind(kind: int) -> dict:
        return list_capped(list_ids("opportunity", np.flatnonzero(plan.kind == kind)))

    def of_contacts(chosen: np.ndarray) -> dict:
        return list_capped(list_ids("contact", np.flatnonzero(chosen)))

    live_accounts = len(deals.account_company)
    # the second records of doubled memberships follow all others in the file
    doubled = np.flatnonzero(members.is_doubled)
    return {
        "duplicate_leads": {
            **of_leads(leads.duplicates),
            "same_person_as": of_leads(population.of_kind(DUPLICATED))["ids"],
        },
        "merged_leads": {
            **of_leads(leads.merged),
            "survivors": of_leads(population.of_kind(MERGE_SURVIVOR))["ids"],
        },
        "deleted_leads": of_leads(population.of_kind(DELETED)),
        "reexported_exact_copies": of_leads(leads.reexported_copies),
        "reexported_newer_versions": of_leads(leads.reexported_newer),
        "unmapped_status": {
            **of_leads(population.of_kind(UNMAPPED)),
            "value": "Parked - legacy import",
        },
        "status_history_before_creation": of_leads(population.of_kind(EARLY_HISTORY)),
        "status_history_missing": of_leads(population.of_kind(NO_HISTORY)),
        "invalid_created_date": of_leads(population.of_kind(BAD_CREATED)),
        "shared_mailbox": {
            **of_leads(population.of_kind(SHARED_MAILBOX)),
            "mailboxes": len(np.unique(population.company[population.of_kind(SHARED_MAILBOX)])),
        },
        "email_with_four_names": of_leads(population.of_kind(CROWDED_EMAIL)),
        "merged_contacts": of_contacts(contacts.merged_into >= 0),
        "deleted_contacts": of_contacts(contacts.is_deleted & (contacts.merged_into < 0)),
        "merged_accounts": list_capped(
            list_ids("account", live_accounts + np.arange(deals.merged_accounts))
        ),
        "reversed_wins": list_capped(
            list_ids("opportunity", np.flatnonzero(plan.ending == deal_kinds.ENDS_REVERSED))
        ),
        "close_date_before_creation": of_kind(deal_kinds.EARLY_CLOSE),
        "opportunity_history_missing": of_kind(deal_kinds.NO_HISTORY),
        "invalid_amount": of_kind(deal_kinds.BAD_AMOUNT),
        "invalid_probability": of_kind(deal_kinds.BAD_PROBABILITY),
        "deleted_opportunities": of_kind(deal_kinds.DELETED),
        "deleted_members": list_capped(
            list_ids("campaign_member", np.flatnonzero(members.is_deleted))
        ),
        "deleted_tasks": list_capped(list_ids("task", np.flatnonzero(company.tasks.is_deleted))),
        "member_on_lead_and_contact": {
            **list_capped(list_ids("campaign_member", doubled)),
            "second_ids": list_capped(
                list_ids("campaign_member", len(members.person) + np.arange(len(doubled)))
            )["ids"],
        },
        "broken_lines": {
            "count": sum(_BROKEN_LINES.values()),
            "files": {
                "salesforce/lead/Lead.csv": ["too few fields", "too many fields"],
                "web/sessions/sessions.csv": ["too few fields", "too many fields"],
            },
        },
    }
