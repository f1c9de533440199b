"""A company as rows of the raw tables, as the loader would have put them there."""

from collections.abc import Mapping, Sequence

from source_records import Change, Company, Member, Opportunity, Person

Rows = dict[str, list[Mapping[str, object]]]

TABLES = [
    "salesforce__lead",
    "salesforce__contact",
    "salesforce__lead_history",
    "salesforce__opportunity",
    "salesforce__opportunity_history",
    "salesforce__opportunity_field_history",
    "salesforce__opportunity_contact_role",
    "generic__leads",
    "generic__opportunities",
    "generic__opportunity_leads",
    "generic__stage_events",
]


def raw_rows(company: Company) -> Rows:
    """Rows by table; what a table does not have is left out."""
    rows: Rows = {table: [] for table in TABLES}
    for person in company.people:
        table, row = person_row(person)
        rows[table].append(row)
    for change in company.status_changes:
        table, row = status_row(change)
        rows[table].append(row)
    for deal in company.opportunities:
        table, row = opportunity_row(deal)
        rows[table].append(row)
    for change in company.stage_changes:
        table, row = stage_row(change)
        rows[table].append(row)
    for member in company.members:
        table, row = member_row(member)
        rows[table].append(row)
    return {table: in_an_order_of_its_own(content) for table, content in rows.items()}


def in_an_order_of_its_own(rows: Sequence[Mapping[str, object]]) -> list[Mapping[str, object]]:
    """An order that has nothing to do with time: of the ids read backwards."""
    return sorted(rows, key=lambda row: str(next(iter(row.values())))[::-1])


def person_row(person: Person) -> tuple[str, dict]:
    if person.system == "generic":
        return "generic__leads", {
            "lead_id": person.id,
            "created_at": person.created_at,
            "email": person.email,
            "first_name": person.name,
            "status": person.status,
            "converted_at": person.converted_at,
            "converted_opportunity_id": person.converted_opportunity,
            "merged_into_lead_id": person.merged_into,
            "is_deleted": person.is_deleted,
        }
    row = {
        "id": person.id,
        "created_date": person.created_at,
        "email": person.email,
        "name": person.name,
        "master_record_id": person.merged_into,
        "is_deleted": person.is_deleted,
        "system_modstamp": person.created_at,
    }
    if person.object == "lead":
        row |= {
            "status": person.status,
            "mql_on__c": person.mql_on,
            "sql_at__c": person.sql_at,
            "is_converted": person.converted_on is not None,
            "converted_date": person.converted_on,
            "converted_contact_id": person.converted_contact,
            "converted_opportunity_id": person.converted_opportunity,
        }
    return f"salesforce__{person.object}", row


def status_row(change: Change) -> tuple[str, dict]:
    if change.system == "generic":
        return "generic__stage_events", generic_event(change, "lead")
    return "salesforce__lead_history", {
        "id": change.id,
        "lead_id": change.of,
        "field": "Status",
        "old_value": change.old,
        "new_value": change.new,
        "created_date": change.at,
    }


def stage_row(change: Change) -> tuple[str, dict]:
    if change.system == "generic":
        return "generic__stage_events", generic_event(change, "opportunity")
    row = {"id": change.id, "opportunity_id": change.of, "created_date": change.at}
    if change.object == "opportunity_field_history":
        return "salesforce__opportunity_field_history", row | {
            "field": "StageName",
            "old_value": change.old,
            "new_value": change.new,
        }
    return "salesforce__opportunity_history", row | {"stage_name": change.new}


def generic_event(change: Change, object_type: str) -> dict:
    return {
        "event_id": change.id,
        "object_type": object_type,
        "object_id": change.of,
        "stage": change.new,
        "old_stage": change.old,
        "occurred_at": change.at,
    }


def opportunity_row(deal: Opportunity) -> tuple[str, dict]:
    row = {
        "is_closed": deal.is_closed,
        "is_won": deal.is_won,
        "amount": deal.amount,
        "is_deleted": deal.is_deleted,
    }
    if deal.system == "generic":
        return "generic__opportunities", {
            "opportunity_id": deal.id,
            "created_at": deal.created_at,
            "stage": deal.stage,
            "closed_at": deal.closed_at,
            **row,
        }
    return "salesforce__opportunity", {
        "id": deal.id,
        "created_date": deal.created_at,
        "stage_name": deal.stage,
        "close_date": deal.close_date,
        "system_modstamp": deal.created_at,
        **row,
    }


def member_row(member: Member) -> tuple[str, dict]:
    if member.system == "generic":
        return "generic__opportunity_leads", {
            "lead_id": member.person,
            "opportunity_id": member.opportunity,
        }
    return "salesforce__opportunity_contact_role", {
        "id": member.id,
        "opportunity_id": member.opportunity,
        "contact_id": member.person,
        "is_deleted": member.is_deleted,
    }
