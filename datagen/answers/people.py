"""Who is known: people and the records that the systems keep of them."""

import numpy as np

from datagen.plan.company import Company
from datagen.plan.org import Org
from datagen.systems import FIRST_ORG

RULE = (
    "A person is in dim_leads when at least one lead or contact record of theirs is neither "
    "deleted nor merged away nor quarantined. Records with the same address (case and "
    "outer spaces aside; not shared mailboxes, nor addresses with more than three names) are one "
    "person; so are a lead and the contact it was converted to, "
    "and merged records with their last survivor. Every record is one alias."
)


def describe_people(org: Org) -> dict:
    """People and records of one org."""
    contacts, leads = org.deals.contacts, org.lead_records
    converted = org.deals.converted_leads
    people = find_people(org)
    live = count_live_records(org)
    return {
        "rule": RULE,
        "people": len(people),
        "people_with_a_lead_record": int((people < len(org.population)).sum()),
        "people_known_only_as_contacts": int((people >= len(org.population)).sum()),
        "alias_records": len(leads.person) - len(leads.invalid_created) + len(contacts.person),
        "alias_records_live": live,
        "converted_leads": len(converted),
        "converted_without_opportunity": int((org.deals.lead_opportunity[converted] < 0).sum()),
    }


def find_people(org: Org) -> np.ndarray:
    """The persons with a usable record, ascending."""
    contacts = org.deals.contacts
    return np.union1d(
        org.lead_records.person[_is_live_lead(org)], contacts.person[~contacts.is_deleted]
    )


def count_live_records(org: Org) -> int:
    """Lead and contact records that are usable."""
    return int(_is_live_lead(org).sum() + (~org.deals.contacts.is_deleted).sum())


def _is_live_lead(org: Org) -> np.ndarray:
    is_live = ~org.lead_records.is_deleted
    is_live[org.lead_records.invalid_created] = False
    return is_live


def count_people(company: Company) -> dict[str, int]:
    """People and records over all chosen systems; a shared person is one."""
    people = np.zeros(0, dtype=np.int64)
    elsewhere = records = live = 0
    orgs = [company.org] if FIRST_ORG in company.systems else []
    if orgs:
        people = find_people(company.org)
    if company.second_org:
        orgs.append(company.second_org.org)
        elsewhere = len(find_people(company.second_org.org))
    for org in orgs:
        described = describe_people(org)
        records += described["alias_records"]
        live += described["alias_records_live"]
    if company.hubspot:
        contacts = company.hubspot.contacts
        people = np.union1d(people, contacts.person[contacts.is_live])
        records += len(contacts)
        live += int(contacts.is_live.sum())
    return {
        "people": len(people) + elsewhere,
        "alias_records": records,
        "alias_records_live": live,
    }
