"""Planted defects of the Salesforce orgs, with the ids of the records that carry them."""

import numpy as np

from datagen.answers.money import list_capped
from datagen.exports.extract_files import Written
from datagen.exports.salesforce_ids import list_ids
from datagen.plan import opportunities as deal_kinds
from datagen.plan.company import Company
from datagen.plan.org import Org
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

_BROKEN = ["too few fields", "too many fields"]
_BROKEN_FILES = {"lead": "Lead.csv", "sessions": "sessions.csv"}


def describe_org_defects(org: Org) -> dict:
    """What is wrong with an org's people and opportunities."""
    population, leads, deals = org.population, org.lead_records, org.deals
    plan, contacts = deals.opportunities, deals.contacts

    def of_leads(rows: np.ndarray) -> dict:
        return list_capped(list_ids("lead", rows))

    def of_kind(kind: int) -> dict:
        return list_capped(list_ids("opportunity", np.flatnonzero(plan.kind == kind)))

    def of_contacts(chosen: np.ndarray) -> dict:
        return list_capped(list_ids("contact", np.flatnonzero(chosen)))

    live_accounts = len(deals.account_company)
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
        # of the user who left, the last one
        "unknown_time_zone": list_capped(list_ids("user", np.array([org.sizes.sales_reps + 1]))),
    }


def describe_marketing_defects(company: Company) -> dict:
    """What is wrong with the first org's memberships and tasks."""
    members = company.marketing.members
    # the second records of doubled memberships follow all others in the file
    doubled = np.flatnonzero(members.is_doubled)
    return {
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
    }


def describe_broken_lines(written: dict[str, dict[str, Written]]) -> dict:
    """Lines with a wrong number of fields, by file."""
    broken = {
        (system, name): counts.broken_lines
        for system, objects in written.items()
        for name, counts in objects.items()
        if counts.broken_lines
    }
    return {
        "count": sum(broken.values()),
        "files": {f"{system}/{name}/{_BROKEN_FILES[name]}": _BROKEN for system, name in broken},
    }
