"""One company on disk: plan it, write the extracts, write the answer sheet."""

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

from datagen.answers.sheet import write_answer_sheet
from datagen.exports import hubspot_contacts, hubspot_marketing, hubspot_sales
from datagen.exports.exchange_rates import export_exchange_rates
from datagen.exports.extract_files import Written
from datagen.exports.google_ads import export_google_ads
from datagen.exports.salesforce_campaigns import export_campaigns
from datagen.exports.salesforce_events import export_events
from datagen.exports.salesforce_files import OrgFiles
from datagen.exports.salesforce_people import export_people
from datagen.exports.salesforce_sales import export_sales, export_tasks
from datagen.exports.social_ads import export_linkedin_ads, export_meta_ads
from datagen.exports.web import export_sessions
from datagen.plan.company import Company, plan_company
from datagen.systems import ALL_SYSTEMS, FIRST_ORG, SECOND_ORG, choose_systems


def write_company(
    landing: Path,
    *,
    scale: float = 0.02,
    seed: int = 7,
    systems: Iterable[str] = ALL_SYSTEMS,
) -> Path:
    """Write the extracts of `systems` below `landing` and return the path of the answer sheet.

    The same scale and seed give the same bytes, each system's whatever the others are. Files of an
    earlier run are overwritten. ValueError for a system that is not known.
    """
    company = plan_company(scale, seed, choose_systems(systems))
    written = {system: _EXPORTS[system](landing, company) for system in company.systems}
    return write_answer_sheet(landing, company, written)


def _export_first_org(landing: Path, company: Company) -> dict[str, Written]:
    files = OrgFiles(landing / FIRST_ORG)
    org, campaigns = company.org, company.marketing.crm_campaigns
    return {
        **export_people(files, org),
        **export_sales(files, org, campaigns.start_day),
        **export_tasks(files, company.tasks),
        **export_campaigns(files, campaigns, company.marketing.members),
    }


def _export_second_org(landing: Path, company: Company) -> dict[str, Written]:
    # this org's export writes yes as 1 and no as nothing
    files = OrgFiles(landing / SECOND_ORG, spelling=("1", ""))
    second = company.second_org
    return {
        **export_people(files, second.org),
        **export_sales(files, second.org, _NO_CAMPAIGNS),
        **export_events(files, second.events),
    }


def _export_hubspot(landing: Path, company: Company) -> dict[str, Written]:
    return {
        **hubspot_contacts.export_contacts(landing, company.hubspot, company.org),
        **hubspot_sales.export_sales(landing, company.hubspot, company.org),
        **hubspot_marketing.export_marketing(landing, company),
    }


def _export_web(landing: Path, company: Company) -> dict[str, Written]:
    marketing = company.marketing
    return export_sessions(
        landing, company.org.population, marketing.sessions, company.ads, marketing.crm_campaigns
    )


_NO_CAMPAIGNS = np.zeros(0, dtype=np.int64)
_EXPORTS: dict[str, Callable[[Path, Company], dict[str, Written]]] = {
    FIRST_ORG: _export_first_org,
    "google_ads": lambda landing, company: export_google_ads(landing, company.ads),
    "web": _export_web,
    "generic": lambda landing, company: export_exchange_rates(landing, company.rates),
    "hubspot": _export_hubspot,
    "linkedin_ads": lambda landing, company: export_linkedin_ads(landing, company.linkedin),
    "meta_ads": lambda landing, company: export_meta_ads(landing, company.meta),
    SECOND_ORG: _export_second_org,
}
