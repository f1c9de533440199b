"""One company, planned as a whole."""

from dataclasses import dataclass

from datagen.plan.activity import Tasks, plan_tasks
from datagen.plan.deals import Deals, plan_deals
from datagen.plan.exchange_rates import ExchangeRates, plan_exchange_rates
from datagen.plan.google_ads import AdCampaigns, plan_ad_campaigns
from datagen.plan.lead_records import LeadRecords, plan_lead_records
from datagen.plan.marketing import Marketing, plan_marketing
from datagen.plan.population import Population, plan_population
from datagen.sizes import Sizes


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
