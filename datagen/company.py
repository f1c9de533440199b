"""One company: plan everything, write the extracts, write the answer sheet."""

from dataclasses import dataclass
from pathlib import Path

from datagen.activity import Tasks, plan_tasks
from datagen.answer_sheet import write_answer_sheet
from datagen.deals import Deals, plan_deals
from datagen.defects import LeadRecords, plan_lead_records
from datagen.exchange_rate_export import export_exchange_rates
from datagen.exchange_rates import ExchangeRates, plan_exchange_rates
from datagen.google_ads_export import AdCampaigns, export_google_ads, plan_ad_campaigns
from datagen.marketing import Marketing, plan_marketing
from datagen.population import Population, plan_population
from datagen.salesforce_campaign_export import export_campaigns
from datagen.salesforce_people_export import export_people
from datagen.salesforce_sales_export import export_sales
from datagen.sizes import Sizes
from datagen.web_export import export_sessions


@dataclass(frozen=True)
class Company:
    """Everything that was planned; the files and the answer sheet are both written from it."""

    seed: int
    sizes: Sizes
    population: Population
    deals: Deals
    marketing: Marketing
    lead_records: LeadRecords
    tasks: Tasks
    ads: AdCampaigns
    rates: ExchangeRates


def plan_company(scale: float, seed: int) -> Company:
    """Draw a company; ValueError when the scale is too small for the defects to fit."""
    sizes = Sizes.at(scale)
    population = plan_population(sizes, seed)
    deals = plan_deals(sizes, population, seed)
    return Company(
        seed=seed,
        sizes=sizes,
        population=population,
        deals=deals,
        marketing=plan_marketing(sizes, population, deals, seed),
        lead_records=plan_lead_records(sizes, population, population.last_step_at, seed),
        tasks=plan_tasks(sizes, population, deals, seed),
        ads=plan_ad_campaigns(sizes.ad_campaigns, seed),
        rates=plan_exchange_rates(seed),
    )


def write_company(landing: Path, *, scale: float = 0.02, seed: int = 7) -> Path:
    """Write all extracts below `landing` and return the path of the answer sheet.

    The same scale and seed give the same bytes. Files of an earlier run are overwritten.
    """
    company = plan_company(scale, seed)
    campaigns = company.marketing.crm_campaigns
    records = {
        "salesforce": {
            **export_people(
                landing, company.sizes, company.population, company.deals, company.lead_records
            ),
            **export_sales(landing, company.population, company.deals, campaigns, company.tasks),
            **export_campaigns(landing, campaigns, company.marketing.members),
        },
        "google_ads": export_google_ads(landing, company.ads),
        "web": export_sessions(
            landing, company.population, company.marketing.sessions, company.ads, campaigns
        ),
        "generic": export_exchange_rates(landing, company.rates),
    }
    return write_answer_sheet(landing, company, records)
