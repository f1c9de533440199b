"""HubSpot extracts of sales: deals, their stages and associations, pipelines, engagements."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from datagen.exports.extract_files import Written, write_extract
from datagen.exports.hubspot_contacts import FOREVER, PORTAL, plain_time, synced_at
from datagen.exports.hubspot_ids import number_ids
from datagen.exports.text_columns import Flags, Numbers, Texts, WithCells, label, repeat
from datagen.plan.hubspot import CALL, EMAIL, MEETING, TASK, Engagements, Hubspot
from datagen.plan.hubspot_deals import NOT_SALES, HubspotDeals
from datagen.plan.org import Org
from datagen.sizes import END, MISSING, START
from datagen.vocabulary import (
    CURRENCIES,
    DEAL_KICKOFF,
    DEAL_LOST,
    DEAL_WON,
    HUBSPOT_DEAL_STAGES,
    HUBSPOT_DEAL_TYPES,
)

_PIPELINES = ["default", "partner-onboarding"]
_PIPELINE_LABELS = ["Sales Pipeline", "Partner Onboarding"]
_PROBABILITIES = ["0.2", "0.6", "0.9", "1.0", "0.0", "0.5"]
_STILL_ACTIVE = "2050-01-01 00:00:00"
_KINDS = ["CALL", "EMAIL", "MEETING", "TASK"]


def export_sales(landing: Path, hubspot: Hubspot, org: Org) -> dict[str, Written]:
    """Write the extracts and return what was written per object."""
    folder = landing / "hubspot"
    return {
        "deal": _export_deals(folder, hubspot, org),
        "deal_stage": _export_deal_stages(folder, hubspot),
        "deal_pipeline": _export_pipelines(folder),
        "deal_pipeline_stage": _export_pipeline_stages(folder),
        "deal_contact": _export_deal_contacts(folder, hubspot),
        "deal_company": _export_deal_companies(folder, hubspot),
        **_export_engagements(folder, hubspot.engagements),
    }


def _export_deals(folder: Path, hubspot: Hubspot, org: Org) -> Written:
    deals = hubspot.deals
    count = len(deals)
    is_closed = np.isin(deals.stage, (DEAL_WON, DEAL_LOST))
    names = pc.binary_join_element_wise(
        org.population.company_names.take(pa.array(deals.company)), "second team", " - "
    )
    deal_type = np.where(deals.is_new, 0, 1)
    return write_extract(
        folder / "deal" / "deal.csv",
        {
            "deal_id": Numbers(number_ids("deal", np.arange(count))),
            "is_deleted": Flags(~deals.is_live, ("TRUE", "FALSE")),
            "_fivetran_synced": synced_at(count),
            "deal_pipeline_id": label((deals.kind == NOT_SALES).astype(np.int8), _PIPELINES),
            "deal_pipeline_stage_id": label(deals.stage, HUBSPOT_DEAL_STAGES),
            "owner_id": Numbers(number_ids("owner", deals.owner)),
            "portal_id": repeat(PORTAL, count),
            "property_dealname": Texts(names),
            "property_description": repeat(None, count),
            "property_amount": Numbers(deals.cents, 2),
            "property_deal_currency_code": label(deals.currency, CURRENCIES),
            "property_dealtype": label(
                np.where(deals.is_new & deals.is_type_blank, MISSING, deal_type),
                HUBSPOT_DEAL_TYPES,
            ),
            # open deals close some time, or never
            "property_closedate": WithCells(
                plain_time(np.where(is_closed, deals.last_step_at, MISSING)),
                {int(row): FOREVER for row in never_closing(deals)},
            ),
            "property_createdate": plain_time(deals.created_at),
            "property_hs_lastmodifieddate": plain_time(np.minimum(deals.last_step_at + 30, END)),
        },
    )


def never_closing(deals: HubspotDeals) -> np.ndarray:
    """Open deals whose close date says that they never close."""
    return np.flatnonzero(~np.isin(deals.stage, (DEAL_WON, DEAL_LOST)))[::2]


def _export_deal_stages(folder: Path, hubspot: Hubspot) -> Written:
    deals = hubspot.deals
    row, step = np.nonzero(deals.stages >= 0)
    at = deals.stage_at[row, step]
    is_active = deals.stage_at.max(axis=1)[row] == at
    following = np.r_[at[1:], MISSING]
    return write_extract(
        folder / "deal_stage" / "deal_stage.csv",
        {
            "_fivetran_start": plain_time(at),
            "deal_id": Numbers(number_ids("deal", row)),
            "_fivetran_active": Flags(is_active, ("TRUE", "FALSE")),
            "_fivetran_end": WithCells(
                plain_time(np.where(is_active, MISSING, following)),
                {int(position): _STILL_ACTIVE for position in np.flatnonzero(is_active)},
            ),
            "_fivetran_synced": synced_at(len(row)),
            "date_entered": plain_time(at),
            "source": repeat("CRM_UI", len(row)),
            "source_id": repeat(None, len(row)),
            "value": label(deals.stages[row, step], HUBSPOT_DEAL_STAGES),
        },
    )


def _export_pipelines(folder: Path) -> Written:
    count = len(_PIPELINES)
    since = plain_time(np.full(count, START))
    return write_extract(
        folder / "deal_pipeline" / "deal_pipeline.csv",
        {
            "pipeline_id": Texts(pa.array(_PIPELINES)),
            "_fivetran_deleted": repeat("FALSE", count),
            "_fivetran_synced": synced_at(count),
            "active": repeat("TRUE", count),
            "display_order": Numbers(np.arange(count)),
            "label": Texts(pa.array(_PIPELINE_LABELS)),
            "created_at": since,
            "updated_at": since,
        },
    )


def _export_pipeline_stages(folder: Path) -> Written:
    number = np.arange(len(HUBSPOT_DEAL_STAGES))
    since = plain_time(np.full(len(number), START))
    return write_extract(
        folder / "deal_pipeline_stage" / "deal_pipeline_stage.csv",
        {
            "_fivetran_deleted": repeat("FALSE", len(number)),
            "_fivetran_synced": synced_at(len(number)),
            "active": repeat("TRUE", len(number)),
            "closed_won": Flags(number == DEAL_WON, ("TRUE", "FALSE")),
            "is_closed": Flags(np.isin(number, (DEAL_WON, DEAL_LOST)), ("TRUE", "FALSE")),
            "display_order": Numbers(number),
            "probability": label(number, _PROBABILITIES),
            "stage_id": label(number, HUBSPOT_DEAL_STAGES),
            "label": label(number, [stage.title() for stage in HUBSPOT_DEAL_STAGES]),
            "pipeline_id": label((number == DEAL_KICKOFF).astype(np.int8), _PIPELINES),
            "created_at": since,
            "updated_at": since,
        },
    )


def _export_deal_contacts(folder: Path, hubspot: Hubspot) -> Written:
    count = len(hubspot.deals.deal)
    return write_extract(
        folder / "deal_contact" / "deal_contact.csv",
        {
            "contact_id": Numbers(number_ids("contact", hubspot.deal_contact)),
            "deal_id": Numbers(number_ids("deal", hubspot.deals.deal)),
            "_fivetran_synced": synced_at(count),
            "type_id": repeat("3", count),
            "category": repeat("HUBSPOT_DEFINED", count),
        },
    )


def _export_deal_companies(folder: Path, hubspot: Hubspot) -> Written:
    count = len(hubspot.deals)
    return write_extract(
        folder / "deal_company" / "deal_company.csv",
        {
            "company_id": Numbers(number_ids("company", hubspot.deals.company)),
            "deal_id": Numbers(number_ids("deal", np.arange(count))),
            "type_id": repeat("341", count),
            "category": repeat("HUBSPOT_DEFINED", count),
        },
    )


def _export_engagements(folder: Path, engagements: Engagements) -> dict[str, Written]:
    count = len(engagements.contact)
    ids = number_ids("engagement", np.arange(count))
    owner = number_ids("owner", engagements.owner)
    written = {
        "engagement": write_extract(
            folder / "engagement" / "engagement.csv",
            {
                "id": Numbers(ids),
                "type": label(engagements.kind, _KINDS),
                "_fivetran_synced": synced_at(count),
                "portal_id": repeat(PORTAL, count),
            },
        ),
        "engagement_contact": write_extract(
            folder / "engagement_contact" / "engagement_contact.csv",
            {
                "contact_id": Numbers(number_ids("contact", engagements.contact)),
                "engagement_id": Numbers(ids),
                "engagement_type": label(engagements.kind, _KINDS),
                "type_id": repeat("194", count),
                "_fivetran_synced": synced_at(count),
                "category": repeat("HUBSPOT_DEFINED", count),
            },
        ),
    }
    for kind, name in ((CALL, "call"), (EMAIL, "email"), (TASK, "task")):
        rows = np.flatnonzero(engagements.kind == kind)
        at, is_inbound = engagements.happened_at[rows], engagements.is_inbound[rows]
        is_done = engagements.is_done[rows]
        columns = {
            "engagement_id": Numbers(ids[rows]),
            "_fivetran_deleted": repeat("false", len(rows)),
            "_fivetran_synced": synced_at(len(rows)),
            "property_hs_createdate": plain_time(engagements.created_at[rows]),
            "property_hs_timestamp": plain_time(at),
            "property_hubspot_owner_id": Numbers(owner[rows]),
            "type": label(engagements.kind[rows], _KINDS),
        }
        if kind == CALL:
            directions = ["OUTBOUND", "INBOUND"]
            columns["property_hs_call_direction"] = label(is_inbound.astype(np.int8), directions)
        elif kind == EMAIL:
            directions = ["EMAIL", "INCOMING_EMAIL"]
            columns["property_hs_email_direction"] = label(is_inbound.astype(np.int8), directions)
            columns["property_hs_email_subject"] = repeat("Following up", len(rows))
        else:
            statuses = ["NOT_STARTED", "COMPLETED"]
            columns["property_hs_task_status"] = label(is_done.astype(np.int8), statuses)
            columns["property_hs_task_completion_date"] = plain_time(np.where(is_done, at, MISSING))
        object_name = f"engagement_{name}"
        written[object_name] = write_extract(folder / object_name / f"{object_name}.csv", columns)
    written["engagement_meeting"] = _export_meetings(folder, engagements, ids)
    return written


def _export_meetings(folder: Path, engagements: Engagements, ids: np.ndarray) -> Written:
    rows = np.flatnonzero(engagements.kind == MEETING)
    count = len(rows)
    starts_at = engagements.happened_at[rows]
    return write_extract(
        folder / "engagement_meeting" / "engagement_meeting.csv",
        {
            "engagement_id": Numbers(ids[rows]),
            "_fivetran_synced": synced_at(count),
            "created_from_link_id": repeat(None, count),
            "end_time": plain_time(starts_at + 1800),
            "pre_meeting_prospect_reminders": repeat("[]", count),
            "source": repeat("CRM_UI", count),
            "source_id": repeat(None, count),
            "start_time": plain_time(starts_at),
            "property_hs_timestamp": plain_time(starts_at),
            "property_hs_createdate": plain_time(engagements.created_at[rows]),
            "meeting_outcome": label(
                np.where(engagements.is_done[rows], 1, 0), ["SCHEDULED", "COMPLETED"]
            ),
            "title": repeat("Introduction", count),
            "body": repeat(None, count),
        },
    )
