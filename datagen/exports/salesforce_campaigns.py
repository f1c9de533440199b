"""Salesforce extracts of marketing: Campaign and CampaignMember."""

import numpy as np

from datagen.exports.extract_files import Written
from datagen.exports.salesforce_files import OrgFiles
from datagen.exports.text_columns import Dates, Flags, Ids, Numbers, Times, label, repeat
from datagen.plan.marketing import CrmCampaigns, Members
from datagen.sizes import DAY, END, LAST_DAY, MISSING
from datagen.vocabulary import CAMPAIGN_TYPES


def name_crm_campaigns(campaigns: CrmCampaigns) -> list[str]:
    """A readable, distinct name per campaign."""
    types = list(CAMPAIGN_TYPES)
    months = campaigns.start_day.astype("datetime64[D]").astype("datetime64[M]")
    return [
        f"{month} {types[kind]} {number:04d}"
        for number, (month, kind) in enumerate(zip(months, campaigns.type, strict=True))
    ]


def export_campaigns(
    files: OrgFiles, campaigns: CrmCampaigns, members: Members
) -> dict[str, Written]:
    """Write the extracts and return what was written per object."""
    return {
        "campaign": _export_campaigns(files, campaigns),
        "campaign_member": _export_members(files, members),
    }


def _export_campaigns(files: OrgFiles, campaigns: CrmCampaigns) -> Written:
    count = len(campaigns.type)
    is_over = campaigns.end_day <= LAST_DAY
    created_at = campaigns.start_day * DAY - 20 * DAY + 9 * 3600
    modified_at = np.minimum(campaigns.end_day * DAY, END)
    return files.write(
        "campaign",
        "Campaign.csv",
        {
            "Id": Ids("campaign", np.arange(count)),
            "IsDeleted": repeat("false", count),
            "Name": label(np.arange(count), name_crm_campaigns(campaigns)),
            "ParentId": Ids("campaign", campaigns.parent),
            "Type": label(campaigns.type, list(CAMPAIGN_TYPES)),
            "Status": label(is_over.astype(np.int8), ["In Progress", "Completed"]),
            "StartDate": Dates(campaigns.start_day),
            "EndDate": Dates(campaigns.end_day),
            "BudgetedCost": Numbers(campaigns.budget_cents, 2),
            "ActualCost": Numbers(campaigns.cost_cents, 2),
            "CurrencyIsoCode": repeat("USD", count),
            "IsActive": Flags(~is_over),
            "OwnerId": Ids("user", np.zeros(count, dtype=np.int64)),
            "CreatedDate": Times(created_at),
            "LastModifiedDate": Times(modified_at),
            "SystemModstamp": Times(modified_at),
        },
    )


def _export_members(files: OrgFiles, members: Members) -> Written:
    doubled = np.flatnonzero(members.is_doubled)
    count = len(members.person)
    row = np.r_[np.arange(count), doubled]
    # the second record of a doubled membership hangs on the contact alone
    is_second = np.arange(len(row)) >= count
    contact_of_second = members.doubled_contact[row]
    has_responded = members.responded_day[row] >= 0
    responded_at = members.responded_day[row] * DAY + 12 * 3600
    modified_at = np.minimum(np.maximum(members.created_at[row], responded_at), END)
    return files.write(
        "campaign_member",
        "CampaignMember.csv",
        {
            "Id": Ids("campaign_member", np.arange(len(row))),
            "IsDeleted": Flags(members.is_deleted[row]),
            "CampaignId": Ids("campaign", members.campaign[row]),
            "LeadId": Ids("lead", np.where(is_second, MISSING, members.lead[row])),
            "ContactId": Ids(
                "contact", np.where(is_second, contact_of_second, members.contact[row])
            ),
            "Status": label(has_responded.astype(np.int8), ["Sent", "Responded"]),
            "HasResponded": Flags(has_responded),
            "FirstRespondedDate": Dates(members.responded_day[row]),
            "CreatedDate": Times(members.created_at[row]),
            "LastModifiedDate": Times(modified_at),
            "SystemModstamp": Times(modified_at),
        },
    )
