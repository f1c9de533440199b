"""HubSpot extracts about people: contacts, their history and merges, companies, owners."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from datagen.exports.extract_files import Written, stamp_name, write_extract
from datagen.exports.hubspot_ids import number_ids
from datagen.exports.salesforce_ids import make_ids
from datagen.exports.text_columns import (
    Column,
    Flags,
    Labels,
    Numbers,
    Texts,
    Times,
    WithCells,
    label,
    repeat,
)
from datagen.plan.hubspot import Hubspot
from datagen.plan.hubspot_contacts import (
    CONTACT_ID,
    DELETED,
    LEAD_ID,
    LYING_DATE,
    MERGED_AWAY,
    HubspotContacts,
)
from datagen.plan.hubspot_deals import OWNERS
from datagen.plan.org import Org
from datagen.sizes import DAY, END, EXTRACTED_AT, HOUR, MISSING, START
from datagen.vocabulary import COUNTRIES, FIRST_NAMES, HUBSPOT_STAGES, INDUSTRIES, LAST_NAMES

PORTAL = "4727653"
FOREVER = "9999-12-31 00:00:00"
LONG_AGO = "1900-01-01 00:00:00"
_SOURCES = ["PAID_SEARCH", "ORGANIC_SEARCH", "OFFLINE", "EMAIL_MARKETING", "SOCIAL_MEDIA"]
# what people choose who do not want to say
_JOB_TITLES = ["Head of Marketing", "Select", "N/A", "CFO", "IT Manager", "Operations Lead"]
PLACEHOLDER_TITLES = [_JOB_TITLES.index(word) for word in ("Select", "N/A")]
UNDATED_COMPANIES = range(0, 40, 13)
_COMPANY_INDUSTRIES = [*INDUSTRIES, "Select", "N/A"]
_LATE_CUT_AT = EXTRACTED_AT - 16 * DAY
_DELETED_COMPANY = 1_000_000


def plain_time(seconds: np.ndarray) -> Times:
    """A time as the connector writes it: a space, milliseconds, no zone; UTC."""
    return Times(seconds, b".000", b" ")


def synced_at(count: int) -> Times:
    """When the connector read the rows: just before the extract."""
    return plain_time(np.full(count, EXTRACTED_AT - HOUR))


def export_contacts(landing: Path, hubspot: Hubspot, org: Org) -> dict[str, Written]:
    """Write the extracts and return what was written per object."""
    folder = landing / "hubspot"
    return {
        "contact": _export_contacts(folder, hubspot.contacts, org),
        "contact_property_history": _export_history(folder, hubspot.contacts),
        "contact_merge_audit": _export_merges(folder, hubspot.contacts),
        "company": _export_companies(folder, hubspot, org),
        "owner": _export_owners(folder),
        **_export_teams(folder),
    }


def _export_contacts(folder: Path, contacts: HubspotContacts, org: Org) -> Written:
    everyone = write_extract(
        folder / "contact" / stamp_name("contact", EXTRACTED_AT),
        _contact_columns(contacts, org, is_late=False),
    )
    # an older state of some contacts, which arrives last and must not win
    rows = late_rows(contacts)
    late = write_extract(
        folder / "contact" / stamp_name("contact", _LATE_CUT_AT),
        _contact_columns(contacts, org, is_late=True),
        rows=rows,
        extracted_at=EXTRACTED_AT + 2 * HOUR,
    )
    return everyone + late + Written(files=0, superseded=len(rows))


def late_rows(contacts: HubspotContacts) -> np.ndarray:
    """The contacts of the late batch: some of those that were there when it was cut."""
    is_there = (contacts.created_at < _LATE_CUT_AT - DAY) & (contacts.kind != LYING_DATE)
    return np.flatnonzero(is_there)[::9]


def job_titles(count: int) -> np.ndarray:
    """The position of every contact's job title; `Select` and `N/A` are none."""
    return np.arange(count) % len(_JOB_TITLES)


def _contact_columns(contacts: HubspotContacts, org: Org, *, is_late: bool) -> dict[str, Column]:
    count = len(contacts)
    number = np.arange(count)
    merged = np.full(count, MISSING)
    away = contacts.of_kind(MERGED_AWAY)
    merged[contacts.merged_into[away]] = away
    modified_at = np.minimum(contacts.stage_at.max(axis=1) + 60, END)
    modified_at = np.where(contacts.kind == MERGED_AWAY, contacts.merged_at, modified_at)
    jobs = job_titles(count)
    if is_late:
        modified_at = contacts.created_at
        jobs = (jobs + 3) % len(_JOB_TITLES)
    is_gone = np.isin(contacts.kind, (DELETED, MERGED_AWAY)) & (not is_late)
    return {
        "_fivetran_deleted": Flags(is_gone, ("1", "0") if is_late else ("TRUE", "FALSE")),
        "_fivetran_synced": plain_time(
            np.full(count, (_LATE_CUT_AT if is_late else EXTRACTED_AT) - HOUR)
        ),
        "property_email": Texts(contacts.email),
        "id": Numbers(number_ids("contact", number)),
        "property_company": label(contacts.company, org.population.company_names),
        "property_firstname": label(contacts.first_name, FIRST_NAMES),
        "property_lastname": label(contacts.last_name, LAST_NAMES),
        "property_createdate": plain_time(contacts.created_at),
        "property_jobtitle": label(jobs, _JOB_TITLES),
        "property_annualrevenue": repeat(None, count),
        "property_country": label(number % len(COUNTRIES), COUNTRIES),
        "property_hs_merged_object_ids": Numbers(
            np.full(count, MISSING) if is_late else number_ids("contact", merged)
        ),
        "property_lifecyclestage": label(contacts.stage, HUBSPOT_STAGES),
        "property_hs_analytics_source": label(number % len(_SOURCES), _SOURCES),
        "property_hubspot_owner_id": Numbers(number_ids("owner", number % OWNERS)),
        "property_associatedcompanyid": Numbers(number_ids("company", contacts.company)),
        "property_salesforceleadid": _stored_ids(contacts, org, LEAD_ID),
        "property_salesforcecontactid": _stored_ids(contacts, org, CONTACT_ID),
        "property_lastmodifieddate": WithCells(
            plain_time(modified_at),
            {int(row): FOREVER for row in contacts.of_kind(LYING_DATE)},
        ),
    }


def _stored_ids(contacts: HubspotContacts, org: Org, which: int) -> Texts:
    lead = np.maximum(contacts.lead, 0)
    numbers = lead if which == LEAD_ID else np.maximum(org.deals.lead_contact[lead], 0)
    ids = make_ids("lead" if which == LEAD_ID else "contact", numbers)
    # some were typed in by hand, from a page that shows 15 characters
    short = np.where(np.arange(len(lead)) % 3 == 0, ids.astype("S15"), ids)
    text = pa.array(short).cast(pa.binary()).cast(pa.string())
    return Texts(pc.if_else(pa.array(contacts.stored_id == which), text, None))


def _export_history(folder: Path, contacts: HubspotContacts) -> Written:
    row, step = np.nonzero(contacts.stages >= 0)
    at, stage = contacts.stage_at[row, step], contacts.stages[row, step]
    order = np.lexsort((row, at))
    # beside the stages, a property that nobody needs
    count = len(order)
    is_noise = np.arange(2 * count) >= count
    picked = np.r_[order, order]
    labels = [*HUBSPOT_STAGES, *_JOB_TITLES]
    value = np.where(is_noise, len(HUBSPOT_STAGES) + row[picked] % len(_JOB_TITLES), stage[picked])
    return write_extract(
        folder / "contact_property_history" / "contact_property_history.csv",
        {
            "contact_id": Numbers(number_ids("contact", row[picked])),
            "timestamp": plain_time(at[picked]),
            "_fivetran_synced": synced_at(2 * count),
            "source": label(np.where(is_noise, 1, 0), ["CRM_UI", "FORM"]),
            "name": label(is_noise.astype(np.int8), ["lifecyclestage", "jobtitle"]),
            "value": label(value, labels),
            "source_id": repeat(None, 2 * count),
        },
    )


def _export_merges(folder: Path, contacts: HubspotContacts) -> Written:
    away = contacts.of_kind(MERGED_AWAY)
    survivor = contacts.merged_into[away]
    return write_extract(
        folder / "contact_merge_audit" / "contact_merge_audit.csv",
        {
            "canonical_vid": Numbers(number_ids("contact", survivor)),
            "contact_id": Numbers(number_ids("contact", survivor)),
            "vid_to_merge": Numbers(number_ids("contact", away)),
            "_fivetran_synced": synced_at(len(away)),
            "entity_id": repeat("json", len(away)),
            "first_name": label(contacts.first_name[away], FIRST_NAMES),
            "last_name": label(contacts.last_name[away], LAST_NAMES),
            "num_properties_moved": repeat("2", len(away)),
            "timestamp": plain_time(contacts.merged_at[away]),
            "user_id": repeat(None, len(away)),
        },
    )


def _export_companies(folder: Path, hubspot: Hubspot, org: Org) -> Written:
    live = hubspot.companies
    deleted = hubspot.deleted_companies
    company = np.r_[live, np.zeros(deleted, dtype=np.int64)]
    number = np.arange(len(company))
    is_deleted = number >= len(live)
    identity = np.r_[live, _DELETED_COMPANY + np.arange(deleted)]
    names = org.population.company_names.take(pa.array(company))
    domains = org.population.company_domains.take(pa.array(company))
    created = plain_time(np.full(len(company), START - 30 * DAY))
    return write_extract(
        folder / "company" / "company.csv",
        {
            "id": Numbers(number_ids("company", identity)),
            "is_deleted": Flags(is_deleted),
            "_fivetran_synced": synced_at(len(company)),
            "property_name": Texts(pc.if_else(pa.array(is_deleted), "Duplicate, delete", names)),
            "property_domain": Texts(pc.if_else(pa.array(is_deleted), None, domains)),
            # imported without a date
            "property_createdate": WithCells(created, dict.fromkeys(UNDATED_COMPANIES, LONG_AGO)),
            "property_industry": label(number % len(_COMPANY_INDUSTRIES), _COMPANY_INDUSTRIES),
            "property_country": Labels(number % len(COUNTRIES), pa.array(COUNTRIES)),
            "property_numberofemployees": Numbers(5 + company * 7919 % 5000),
        },
    )


def deleted_company_rows(hubspot: Hubspot) -> np.ndarray:
    """What the ids of the deleted companies are made of."""
    return _DELETED_COMPANY + np.arange(hubspot.deleted_companies)


def _export_owners(folder: Path) -> Written:
    number = np.arange(OWNERS)
    since = plain_time(np.full(OWNERS, START - 100 * DAY))
    return write_extract(
        folder / "owner" / "owner.csv",
        {
            "owner_id": Numbers(number_ids("owner", number)),
            "_fivetran_synced": synced_at(OWNERS),
            "created_at": since,
            "portal_id": repeat(PORTAL, OWNERS),
            "type": repeat("PERSON", OWNERS),
            "updated_at": since,
            "email": Texts(pa.array([f"second-team{n}@leadworks.example" for n in number])),
            "first_name": label(11 * number % len(FIRST_NAMES), FIRST_NAMES),
            "last_name": label(13 * number % len(LAST_NAMES), LAST_NAMES),
            "active_user_id": Numbers(12_345 + number),
        },
    )


def _export_teams(folder: Path) -> dict[str, Written]:
    """All owners are in the second team; every other one heads a team of their own beside it."""
    number = np.arange(OWNERS)
    heads = number[::2]
    owner = np.r_[number, heads]
    team = np.r_[np.zeros(OWNERS, dtype=np.int64), 1 + np.arange(len(heads))]
    names = ["Second team", *(f"Accounts {n + 1}" for n in range(len(heads)))]
    return {
        "owner_team": write_extract(
            folder / "owner_team" / "owner_team.csv",
            {
                "owner_id": Numbers(number_ids("owner", owner)),
                "team_id": Numbers(team + 1234),
                "_fivetran_synced": synced_at(len(owner)),
                "is_team_primary": Flags(team == 0, ("true", "false")),
            },
        ),
        "team": write_extract(
            folder / "team" / "team.csv",
            {
                "id": Numbers(np.arange(len(names)) + 1234),
                "name": Texts(pa.array(names)),
                "_fivetran_synced": synced_at(len(names)),
            },
        ),
    }
