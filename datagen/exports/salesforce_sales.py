"""Salesforce extracts of the sales side: opportunities, their history and roles, tasks."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from datagen.exports.extract_files import Written
from datagen.exports.salesforce_files import OrgFiles
from datagen.exports.text_columns import (
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
from datagen.plan.activity import TASK_KINDS, Tasks
from datagen.plan.deals import Deals
from datagen.plan.lead_records import INVALID_AMOUNT, INVALID_PROBABILITY
from datagen.plan.opportunities import BAD_AMOUNT, BAD_PROBABILITY, EARLY_CLOSE, NO_HISTORY
from datagen.plan.org import Org
from datagen.sizes import DAY, END, MISSING
from datagen.vocabulary import (
    CONTACT_ROLES,
    CURRENCIES,
    LEAD_SOURCES,
    LOSS_REASONS,
    LOST,
    OPPORTUNITY_STAGES,
    OPPORTUNITY_TYPES,
    STAGE_PROBABILITIES,
    WON,
)

_PROBABILITIES = np.array(STAGE_PROBABILITIES)
_SUBJECTS = ["Call", "Email: follow-up", "Prepare proposal", "Newsletter"]
_DISPOSITIONS = ["Connected", "Left voicemail", "No answer"]
# expected close of an open opportunity
_EXPECTED_DAYS = 90


def export_sales(files: OrgFiles, org: Org, campaign_start_day: np.ndarray) -> dict[str, Written]:
    """Write the extracts and return what was written per object.

    `campaign_start_day` of the org's campaigns; an org without campaigns has no primary source.
    """
    return {
        "opportunity": _export_opportunities(files, org, campaign_start_day),
        "opportunity_history": _export_opportunity_history(files, org.deals),
        "opportunity_contact_role": _export_contact_roles(files, org.deals),
    }


def export_tasks(files: OrgFiles, tasks: Tasks) -> dict[str, Written]:
    """Write the extract and return what was written."""
    return {"task": _export_tasks(files, tasks)}


def _export_opportunities(files: OrgFiles, org: Org, campaign_start_day: np.ndarray) -> Written:
    population, deals = org.population, org.deals
    plan = deals.opportunities
    number = np.arange(len(plan))
    is_closed = plan.stage >= WON
    created_day = plan.created_at // DAY
    close_day = np.where(is_closed, plan.last_step_at // DAY, created_day + _EXPECTED_DAYS)
    close_day = np.where(plan.kind == EARLY_CLOSE, created_day - 10, close_day)
    modified_at = np.minimum(np.maximum(plan.last_step_at, plan.amount_changed_at) + 5, END)
    campaign = np.full(len(plan), MISSING)
    if len(campaign_start_day):
        drawn = number * 31 % len(campaign_start_day)
        has_campaign = plan.has_campaign & (campaign_start_day[drawn] <= created_day)
        campaign = np.where(has_campaign, drawn, MISSING)
    lead = np.where(plan.lead >= 0, plan.lead, plan.lead[plan.base])
    names = pc.binary_join_element_wise(
        population.company_names.take(pa.array(deals.account_company[plan.account])),
        pa.array(np.where(plan.is_new, b"New", b"Expansion")).cast(pa.string()),
        " - ",
    )
    return files.write(
        "opportunity",
        "Opportunity.csv",
        {
            "Id": Ids("opportunity", number),
            "IsDeleted": Flags(~plan.is_live),
            "AccountId": Ids("account", plan.account),
            "Name": Texts(names),
            "StageName": label(plan.stage, OPPORTUNITY_STAGES),
            "Amount": WithCells(
                Numbers(plan.final_cents, 2),
                {int(row): INVALID_AMOUNT for row in np.flatnonzero(plan.kind == BAD_AMOUNT)},
            ),
            "CurrencyIsoCode": label(plan.currency, CURRENCIES),
            "Probability": WithCells(
                Numbers(_PROBABILITIES[plan.stage]),
                {
                    int(row): INVALID_PROBABILITY
                    for row in np.flatnonzero(plan.kind == BAD_PROBABILITY)
                },
            ),
            "CloseDate": Dates(close_day),
            "Type": label(
                np.where(plan.is_type_blank, MISSING, np.where(plan.is_new, 0, 1)),
                OPPORTUNITY_TYPES,
            ),
            "LeadSource": label(population.source[lead], LEAD_SOURCES),
            "IsClosed": Flags(is_closed),
            "IsWon": Flags(plan.is_won),
            "CampaignId": Ids("campaign", campaign),
            "OwnerId": Ids("user", plan.owner),
            "Loss_Reason__c": label(
                np.where(plan.stage == LOST, plan.loss_reason, MISSING), LOSS_REASONS
            ),
            "CreatedDate": Times(plan.created_at),
            "LastModifiedDate": Times(modified_at),
            "SystemModstamp": Times(modified_at),
            "List_Amount__c": Numbers(org.notes.list_cents, 2),
        },
    )


def _export_opportunity_history(files: OrgFiles, deals: Deals) -> Written:
    plan = deals.opportunities
    kept = plan.kind != NO_HISTORY
    row, step = np.nonzero((plan.stages >= 0) & kept[:, None])
    at = plan.stage_at[row, step]
    stage = plan.stages[row, step]
    # an amount change writes a row of its own, in the stage of that moment (always the first)
    revised = np.flatnonzero((plan.amount_changed_at >= 0) & kept)
    row = np.r_[row, revised]
    at = np.r_[at, plan.amount_changed_at[revised]]
    stage = np.r_[stage, plan.stages[revised, 0]]
    changed_at = plan.amount_changed_at[row]
    cents = np.where(
        (changed_at >= 0) & (at >= changed_at), plan.final_cents[row], plan.first_cents[row]
    )
    close_day = np.where(stage >= WON, at // DAY, plan.created_at[row] // DAY + _EXPECTED_DAYS)
    order = np.lexsort((row, at))
    return files.write(
        "opportunity_history",
        "OpportunityHistory.csv",
        {
            "Id": Ids("opportunity_history", np.arange(len(order))),
            "IsDeleted": repeat("false", len(order)),
            "OpportunityId": Ids("opportunity", row[order]),
            "CreatedById": Ids("user", plan.owner[row[order]]),
            "CreatedDate": Times(at[order]),
            "StageName": label(stage[order], OPPORTUNITY_STAGES),
            "Amount": Numbers(cents[order], 2),
            "Probability": Numbers(_PROBABILITIES[stage[order]]),
            "CloseDate": Dates(close_day[order]),
        },
    )


def _export_contact_roles(files: OrgFiles, deals: Deals) -> Written:
    count = len(deals.roles.opportunity)
    return files.write(
        "opportunity_contact_role",
        "OpportunityContactRole.csv",
        {
            "Id": Ids("opportunity_contact_role", np.arange(count)),
            "IsDeleted": repeat("false", count),
            "OpportunityId": Ids("opportunity", deals.roles.opportunity),
            "ContactId": Ids("contact", deals.roles.contact),
            "Role": label(deals.roles.name, CONTACT_ROLES),
            "IsPrimary": Flags(deals.roles.is_primary),
            "CreatedDate": Times(deals.roles.created_at),
            "LastModifiedDate": Times(deals.roles.created_at),
            "SystemModstamp": Times(deals.roles.created_at),
        },
    )


def _export_tasks(files: OrgFiles, tasks: Tasks) -> Written:
    is_done = tasks.done_at >= 0
    modified_at = np.maximum(tasks.created_at, tasks.done_at)
    is_contact = tasks.contact >= 0
    count = len(tasks.lead)
    call_type = np.where(tasks.kind == 0, np.where(tasks.is_inbound, 0, 1), MISSING)
    return files.write(
        "task",
        "Task.csv",
        {
            "Id": Ids("task", np.arange(count)),
            "IsDeleted": Flags(tasks.is_deleted),
            "WhoId": Texts(
                pc.if_else(
                    pa.array(is_contact),
                    Ids("contact", tasks.contact).text(slice(None)),
                    Ids("lead", tasks.lead).text(slice(None)),
                )
            ),
            "WhatId": Ids("opportunity", tasks.opportunity),
            "AccountId": Ids("account", tasks.account),
            "OwnerId": Ids("user", tasks.owner),
            "Subject": label(tasks.kind, _SUBJECTS),
            "TaskSubtype": label(tasks.kind, TASK_KINDS),
            "CallType": label(call_type, ["Inbound", "Outbound"]),
            "CallDisposition": label(tasks.disposition, _DISPOSITIONS),
            "Status": label(is_done.astype(np.int8), ["Not Started", "Completed"]),
            "ActivityDate": Dates(tasks.due_day),
            "IsClosed": Flags(is_done),
            "CompletedDateTime": Times(tasks.done_at),
            "CreatedDate": Times(tasks.created_at),
            "LastModifiedDate": Times(modified_at),
            "SystemModstamp": Times(modified_at),
        },
    )
