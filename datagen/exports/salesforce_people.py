"""Salesforce extracts about people: Lead, LeadHistory, Contact, Account, User."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from datagen.exports.extract_files import Written
from datagen.exports.salesforce_files import OrgFiles
from datagen.exports.text_columns import (
    Column,
    Dates,
    Flags,
    Ids,
    Numbers,
    Texts,
    Times,
    WithCells,
    label,
    repeat,
)
from datagen.plan.deals import Deals
from datagen.plan.lead_records import INVALID_TIME, LeadRecords
from datagen.plan.org import Org
from datagen.plan.population import BAD_CREATED, NO_HISTORY, Population, join_local_part
from datagen.plan.sales_notes import SalesNotes
from datagen.sizes import DAY, END, EXTRACTED_AT, HOUR, MISSING, START, Sizes
from datagen.vocabulary import (
    COUNTRIES,
    FIRST_NAMES,
    HEARD_FROM,
    INDUSTRIES,
    LAST_NAMES,
    LEAD_SOURCES,
    LEAD_STATUSES,
    NEW,
    STATUS_REASONS,
)

_TIME_ZONES = ["America/New_York", "Europe/Berlin", "Europe/London", "America/Los_Angeles"]
# what the one who left has: no such zone
UNKNOWN_TIME_ZONE = "America/Leadville"
_DEPARTMENTS = ["Inside Sales", "Field Sales"]
_USERS_SINCE = START - 400 * DAY
# the number of an outsider's address never meets the number of a namesake
_OUTSIDER_NUMBER = 500_000


def export_people(files: OrgFiles, org: Org) -> dict[str, Written]:
    """Write the extracts and return what was written per object."""
    sizes, population, deals, leads = org.sizes, org.population, org.deals, org.lead_records
    return {
        "lead": replace(
            _export_leads(files, population, deals, leads, org.notes),
            superseded=len(leads.reexported_copies) + len(leads.reexported_newer),
            bad_required_cell=len(leads.invalid_created),
        ),
        "lead_history": _export_histories(files, org),
        "contact": _export_contacts(files, population, deals),
        "account": _export_accounts(files, population, deals),
        "user": _export_users(files, sizes),
    }


def _lead_columns(
    population: Population, deals: Deals, leads: LeadRecords, notes: SalesNotes, *, is_newer: bool
) -> dict[str, Column]:
    own = np.arange(len(leads.person)) < len(population)
    country = population.country[leads.person]
    modified_at = leads.modified_at
    if is_newer:
        country = (country + 1) % len(COUNTRIES)
        modified_at = modified_at + DAY

    def of_base(values: np.ndarray, otherwise: int = MISSING) -> np.ndarray:
        return np.where(own, values[leads.person], otherwise)

    created_at = Times(leads.created_at)
    return {
        "Id": Ids("lead", np.arange(len(own))),
        "IsDeleted": Flags(leads.is_deleted),
        "MasterRecordId": Ids("lead", leads.merged_into),
        "FirstName": label(population.first_name[leads.person], FIRST_NAMES),
        "LastName": label(population.last_name[leads.person], LAST_NAMES),
        "Company": label(population.company[leads.person], population.company_names),
        "Email": Texts(leads.email),
        "Country": label(country, COUNTRIES),
        "LeadSource": label(population.source[leads.person], LEAD_SOURCES),
        "Status": label(of_base(population.status, NEW), LEAD_STATUSES),
        "OwnerId": Ids("user", population.owner[leads.person]),
        "IsConverted": Flags(own & population.is_converted[leads.person]),
        "ConvertedDate": Dates(
            np.where(of_base(deals.converted_at) < 0, MISSING, of_base(deals.converted_at) // DAY)
        ),
        "ConvertedAccountId": Ids("account", of_base(deals.lead_account)),
        "ConvertedContactId": Ids("contact", of_base(deals.lead_contact)),
        "ConvertedOpportunityId": Ids("opportunity", of_base(deals.lead_opportunity)),
        "CreatedDate": WithCells(
            created_at, {int(row): INVALID_TIME for row in leads.invalid_created}
        ),
        "LastModifiedDate": Times(modified_at),
        "SystemModstamp": Times(modified_at),
        "How_Did_You_Hear_About_Us__c": label(of_base(notes.heard_from), HEARD_FROM),
        "Status_Reason__c": label(of_base(notes.status_reason), STATUS_REASONS),
    }


def _export_leads(
    files: OrgFiles, population: Population, deals: Deals, leads: LeadRecords, notes: SalesNotes
) -> Written:
    columns = _lead_columns(population, deals, leads, notes, is_newer=False)
    count = len(leads.person)
    broken = {
        count // 3: '"00QEc0BROKENSHORT","false",,"cut off here"',
        count // 2: ",".join(['"00QEc00BROKENLONG"'] * (len(columns) + 3)),
    }
    written = files.write("lead", "Lead.csv", columns, broken_lines=broken)
    newer = _lead_columns(population, deals, leads, notes, is_newer=True)
    is_newer = np.isin(np.arange(count), leads.reexported_newer)
    rows = np.sort(np.r_[leads.reexported_copies, leads.reexported_newer])
    merged = {name: _Either(columns[name], newer[name], is_newer) for name in columns}
    return written + files.write(
        "lead", "Lead_part2.csv", merged, rows=rows, extracted_at=EXTRACTED_AT + HOUR
    )


class _Either:
    """Two versions of a column, and which rows come from the second."""

    def __init__(self, first: Column, second: Column, use_second: np.ndarray) -> None:
        self.first, self.second, self.use_second = first, second, use_second

    def __len__(self) -> int:
        return len(self.first)

    def text(self, rows: slice) -> pa.Array:
        return pc.if_else(
            pa.array(self.use_second[rows]), self.second.text(rows), self.first.text(rows)
        )


def _export_lead_history(
    files: OrgFiles, sizes: Sizes, population: Population, leads: LeadRecords
) -> Written:
    count = len(population)
    has_history = ~np.isin(population.kind, (BAD_CREATED, NO_HISTORY))
    base = np.flatnonzero(has_history)
    created = np.r_[base, np.arange(count, len(leads.person))]
    steps = [_status_changes(population, base, step) for step in range(1, population.path.shape[1])]
    lead, at, old, new = (np.concatenate(parts) for parts in zip(*steps, strict=True))

    converted = np.flatnonzero(population.is_converted & has_history)
    moved = base[(base % 7 == 3) & (population.created_at[base] < END - HOUR)]
    users = len(LEAD_STATUSES)
    user_ids = Ids("user", np.arange(sizes.sales_reps + 2)).text(slice(None)).to_pylist()
    labels = LEAD_STATUSES + user_names(sizes) + user_ids
    before = (population.owner[moved] + 1) % sizes.sales_reps
    parts = {
        # field, lead record, time, old value, new value
        "created": (created, leads.created_at[created], None, None),
        "Status": (lead, at, old, new),
        "leadConverted": (converted, population.last_step_at[converted], None, None),
        # Salesforce writes an owner change twice: names and ids
        "Owner": (
            np.repeat(moved, 2),
            np.repeat(population.created_at[moved] + 300, 2),
            _names_and_ids(users + before, len(user_ids)),
            _names_and_ids(users + population.owner[moved], len(user_ids)),
        ),
    }
    record, time = (np.concatenate([part[i] for part in parts.values()]) for i in (0, 1))
    values = [
        np.concatenate(
            [np.full(len(p[0]), MISSING) if p[i] is None else p[i] for p in parts.values()]
        )
        for i in (2, 3)
    ]
    field = np.repeat(np.arange(len(parts)), [len(part[0]) for part in parts.values()])
    order = np.argsort(time, kind="stable")
    return files.write(
        "lead_history",
        "LeadHistory.csv",
        {
            "Id": Ids("lead_history", np.arange(len(order))),
            "IsDeleted": repeat("false", len(order)),
            "LeadId": Ids("lead", record[order]),
            "CreatedById": Ids("user", population.owner[leads.person[record[order]]]),
            "CreatedDate": Times(time[order]),
            "Field": label(field[order], list(parts)),
            "OldValue": label(values[0][order], labels),
            "NewValue": label(values[1][order], labels),
        },
    )


def _export_histories(files: OrgFiles, org: Org) -> Written:
    statuses = _export_lead_history(files, org.sizes, org.population, org.lead_records)
    scores = org.scores
    count = len(scores.lead)
    # the history of the scoring tool's field is an export of its own
    return statuses + files.write(
        "lead_history",
        "LeadHistory_scores.csv",
        {
            "Id": Ids("lead_history", statuses.records + np.arange(count)),
            "IsDeleted": repeat("false", count),
            "LeadId": Ids("lead", scores.lead),
            "CreatedById": Ids("user", np.full(count, org.sizes.sales_reps)),
            "CreatedDate": Times(scores.changed_at),
            "Field": repeat("Lead_Score__c", count),
            "OldValue": Numbers(scores.old),
            "NewValue": Numbers(scores.new),
        },
    )


def _status_changes(
    population: Population, base: np.ndarray, step: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    rows = base[population.path[base, step] >= 0]
    return (
        rows,
        population.path_at[rows, step],
        population.path[rows, step - 1],
        population.path[rows, step],
    )


def _names_and_ids(codes: np.ndarray, user_count: int) -> np.ndarray:
    return np.stack([codes, codes + user_count], axis=1).ravel()


def _export_contacts(files: OrgFiles, population: Population, deals: Deals) -> Written:
    contacts = deals.contacts
    count = len(contacts.person)
    number = _OUTSIDER_NUMBER + np.arange(count)
    local = join_local_part(contacts.first_name, contacts.last_name, number)
    company = deals.account_company[contacts.account]
    own_email = pc.binary_join_element_wise(
        local, population.company_domains.take(pa.array(company)), "@"
    )
    is_lead = contacts.person < len(population)
    lead_email = population.email.take(pa.array(np.where(is_lead, contacts.person, 0)))
    modified_at = np.minimum(contacts.created_at + 2 * DAY, END)
    return files.write(
        "contact",
        "Contact.csv",
        {
            "Id": Ids("contact", np.arange(count)),
            "IsDeleted": Flags(contacts.is_deleted),
            "MasterRecordId": Ids("contact", contacts.merged_into),
            "AccountId": Ids("account", contacts.account),
            "FirstName": label(contacts.first_name, FIRST_NAMES),
            "LastName": label(contacts.last_name, LAST_NAMES),
            "Email": Texts(pc.if_else(pa.array(is_lead), lead_email, own_email)),
            "MailingCountry": label(contacts.account % len(COUNTRIES), COUNTRIES),
            "LeadSource": label(contacts.source, LEAD_SOURCES),
            "OwnerId": Ids("user", deals.account_owner[contacts.account]),
            "CreatedDate": Times(contacts.created_at),
            "LastModifiedDate": Times(modified_at),
            "SystemModstamp": Times(modified_at),
        },
    )


def _export_accounts(files: OrgFiles, population: Population, deals: Deals) -> Written:
    live = len(deals.account_company)
    merged_into = np.r_[np.full(live, MISSING), np.arange(deals.merged_accounts) * 17 % live]
    source = np.where(merged_into < 0, np.arange(len(merged_into)), merged_into)
    company = deals.account_company[source]
    website = pc.binary_join_element_wise(
        "https://www", population.company_domains.take(pa.array(company)), "."
    )
    has_website = source % 12 != 5
    created_at = deals.account_created_at[source]
    modified_at = np.minimum(created_at + 3 * DAY, END)
    return files.write(
        "account",
        "Account.csv",
        {
            "Id": Ids("account", np.arange(len(source))),
            "IsDeleted": Flags(merged_into >= 0),
            "MasterRecordId": Ids("account", merged_into),
            "Name": label(company, population.company_names),
            "Website": Texts(pc.if_else(pa.array(has_website), website, None)),
            "Industry": label(company % len(INDUSTRIES), INDUSTRIES),
            "NumberOfEmployees": Numbers(5 + company * 7919 % 5000),
            "BillingCountry": label(source % len(COUNTRIES), COUNTRIES),
            "OwnerId": Ids("user", deals.account_owner[source]),
            "CreatedDate": Times(created_at),
            "LastModifiedDate": Times(modified_at),
            "SystemModstamp": Times(modified_at),
        },
    )


def user_names(sizes: Sizes) -> list[str]:
    """Sales representatives, then the marketing automation user, then one who left."""
    names = [
        f"{FIRST_NAMES[(5 * n) % len(FIRST_NAMES)]} {LAST_NAMES[(7 * n) % len(LAST_NAMES)]}"
        for n in range(sizes.sales_reps)
    ]
    return [*names, "Marketing Automation", "Former Colleague"]


def _export_users(files: OrgFiles, sizes: Sizes) -> Written:
    names = user_names(sizes)
    count = len(names)
    number = np.arange(count)
    since = np.full(count, _USERS_SINCE)
    zone = np.where(number == count - 1, len(_TIME_ZONES), number % len(_TIME_ZONES))
    emails = [f"user{n}@leadworks.example" for n in range(count)]
    emails[sizes.sales_reps] = "marketing.automation@leadworks.example"
    return files.write(
        "user",
        "User.csv",
        {
            "Id": Ids("user", number),
            "Name": Texts(pa.array(names)),
            "Email": Texts(pa.array(emails)),
            "IsActive": Flags(number != count - 1),
            "TimeZoneSidKey": label(zone, [*_TIME_ZONES, UNKNOWN_TIME_ZONE]),
            "Department": label(
                np.where(number < sizes.sales_reps, number % len(_DEPARTMENTS), MISSING),
                _DEPARTMENTS,
            ),
            "CreatedDate": Times(since),
            "LastModifiedDate": Times(since),
            "SystemModstamp": Times(since),
        },
    )
