"""The answer sheet: what was planned, written beside the extracts and never read back from them."""

import json
from pathlib import Path

import numpy as np

from datagen.answers.defects import (
    describe_broken_lines,
    describe_marketing_defects,
    describe_org_defects,
)
from datagen.answers.handoffs import (
    describe_handoffs,
    describe_scores,
    list_event_activity,
    list_task_activity,
)
from datagen.answers.hubspot import describe_hubspot, view_deals
from datagen.answers.journeys import describe_journeys
from datagen.answers.money import (
    DealView,
    describe_opportunities,
    describe_rates,
    describe_social_spend,
    describe_spend,
    join_views,
    view_opportunities,
)
from datagen.answers.people import count_people, describe_people
from datagen.answers.reporting import describe_notes, describe_pace
from datagen.answers.stages import describe_stages
from datagen.answers.touches import count_touches, describe_touches
from datagen.exports.extract_files import Written
from datagen.exports.salesforce_ids import list_ids
from datagen.plan.company import Company
from datagen.sizes import END, SPEND_DAYS, START
from datagen.systems import ADDED_SYSTEMS, FIRST_ORG, SECOND_ORG

NAME = ".answer_sheet.json"
_ADDED_RULE = (
    "What each further system holds by itself; ids are unique within their system only. "
    "'all_systems' is what a ledger of all of them shows."
)
_SECOND_ORG_RULE = (
    "Another org: its records have ids that records of the org 'salesforce' have as well, and none "
    "of them is the same person, account or opportunity. Events are meetings: those held by the "
    "end of the period are activities, those ahead are not."
)


def write_answer_sheet(
    landing: Path, company: Company, written: dict[str, dict[str, Written]]
) -> Path:
    """Write the sheet of the chosen systems; `written` is what was written per object.

    The sections about the first org, its marketing and Google Ads are the same whatever further
    systems there are, except that journeys have HubSpot's touches in them.
    """
    sheet = {
        "seed": company.seed,
        "scale": company.org.sizes.scale,
        "period": {
            "start": str(np.datetime64(START, "s")) + "Z",
            "end": str(np.datetime64(END, "s")) + "Z",
            "spend_days": SPEND_DAYS,
        },
        "objects": _describe_objects(written),
        **_describe_first_systems(company, written),
    }
    added = {system: _DESCRIBE[system](company) for system in _list_added(company)}
    if added:
        sheet["added"] = {"rule": _ADDED_RULE, **added}
        sheet["all_systems"] = _describe_all(company)
    path = landing / NAME
    path.write_text(json.dumps(sheet, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def _list_added(company: Company) -> list[str]:
    return [system for system in company.systems if system in ADDED_SYSTEMS]


def _describe_objects(written: dict[str, dict[str, Written]]) -> dict:
    return {
        f"{system}.{name}": {
            "files": counts.files,
            "records": counts.records,
            "broken_lines": counts.broken_lines,
            "superseded": counts.superseded,
            "bad_required_cell": counts.bad_required_cell,
            "staged": counts.records - counts.superseded - counts.bad_required_cell,
        }
        for system, objects in written.items()
        for name, counts in objects.items()
    }


def _describe_first_systems(company: Company, written: dict[str, dict[str, Written]]) -> dict:
    org, systems = company.org, company.systems
    has_org = FIRST_ORG in systems
    campaigns = company.marketing.crm_campaigns if has_org else None
    ads = company.ads if "google_ads" in systems else None
    broken = describe_broken_lines(
        {system: written[system] for system in systems if system not in ADDED_SYSTEMS}
    )
    defects = (
        {**describe_org_defects(org), **describe_marketing_defects(company)} if has_org else {}
    )
    parts = {
        "people": has_org and describe_people(org),
        "defects": {**defects, "broken_lines": broken},
        "opportunities": has_org
        and describe_opportunities(view_opportunities(org.deals), company.rates),
        "spend": describe_spend(ads, campaigns, company.rates),
        "exchange_rates": has_org and describe_rates(org.deals, company.rates),
        "touches": describe_touches(company),
        "journeys": has_org and describe_journeys(company),
        "stages": has_org and describe_stages(org.population, org.deals),
        "pace": has_org and describe_pace(org),
        "notes": has_org and describe_notes(org, company.rates),
        "handoffs": has_org and describe_handoffs(org, list_task_activity(org, company.tasks)),
        "scores": has_org and describe_scores(org.scores),
    }
    return {name: part for name, part in parts.items() if part}


def _describe_second_org(company: Company) -> dict:
    org, events = company.second_org.org, company.second_org.events
    shared = min(len(org.lead_records.person), len(company.org.lead_records.person))
    return {
        "rule": _SECOND_ORG_RULE,
        "lead_ids_of_both_orgs": shared,
        "a_lead_id_of_both_orgs": list_ids("lead", np.array([0]))[0],
        "people": describe_people(org),
        "opportunities": describe_opportunities(view_opportunities(org.deals), company.rates),
        "events": {
            "events": len(events.starts_at),
            "held": int(events.is_held.sum()),
            "ahead": int(((events.starts_at > END) & ~events.is_deleted).sum()),
            "deleted": int(events.is_deleted.sum()),
        },
        "stages": describe_stages(org.population, org.deals),
        "pace": describe_pace(org),
        "notes": describe_notes(org, company.rates),
        "handoffs": describe_handoffs(org, list_event_activity(org, events)),
        "scores": describe_scores(org.scores),
        "defects": describe_org_defects(org),
    }


_DESCRIBE = {
    "hubspot": describe_hubspot,
    "linkedin_ads": lambda company: {
        "spend": describe_social_spend(company.linkedin, company.rates)
    },
    "meta_ads": lambda company: {"spend": describe_social_spend(company.meta, company.rates)},
    SECOND_ORG: _describe_second_org,
}


def _describe_all(company: Company) -> dict:
    views = [view_opportunities(company.org.deals)] if FIRST_ORG in company.systems else []
    if company.second_org:
        views.append(view_opportunities(company.second_org.org.deals))
    if company.hubspot:
        views.append(view_deals(company.hubspot))
    return {
        "systems": list(company.systems),
        "people": count_people(company),
        "opportunities": _total_opportunities(views, company) if views else {},
        "touches_by_type": count_touches(company),
    }


def _total_opportunities(views: list[DealView], company: Company) -> dict:
    """The same counts and totals over several systems, without the ids."""
    described = describe_opportunities(join_views(views), company.rates)
    for part in described.values():
        if isinstance(part, dict):
            del part["opportunities"]
            for name in ("without_rate", "without_amount"):
                part[name] = part[name]["count"]
    return described
