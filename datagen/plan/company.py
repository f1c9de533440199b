"""One company, planned as a whole."""

from dataclasses import dataclass

from datagen.plan.activity import Tasks, plan_tasks
from datagen.plan.deals import plan_deals
from datagen.plan.exchange_rates import ExchangeRates, plan_exchange_rates
from datagen.plan.google_ads import AdCampaigns, plan_ad_campaigns
from datagen.plan.hubspot import Hubspot, plan_hubspot
from datagen.plan.lead_records import plan_lead_records
from datagen.plan.marketing import Marketing, plan_marketing
from datagen.plan.org import Org
from datagen.plan.population import plan_population
from datagen.plan.sales_notes import plan_sales_notes
from datagen.plan.scores import plan_scores
from datagen.plan.second_org import SecondOrg, plan_second_org
from datagen.plan.social_ads import SocialAds, plan_social_ads
from datagen.sizes import Sizes
from datagen.systems import SECOND_ORG

# the first org's score knows something
_SCORE_SEPARATION = 1.0


@dataclass(frozen=True)
class Company:
    """Everything that was planned; the files and the answer sheet are both written from it.

    Each part is drawn from a stream of its own, so that none depends on which `systems` are
    written. `hubspot` and `second_org` are planned when they are among them; without the extract
    of `generic` no exchange rate is known.
    """

    seed: int
    systems: tuple[str, ...]
    org: Org
    marketing: Marketing
    tasks: Tasks
    ads: AdCampaigns
    rates: ExchangeRates
    linkedin: SocialAds
    meta: SocialAds
    hubspot: Hubspot | None
    second_org: SecondOrg | None


def plan_company(scale: float, seed: int, systems: tuple[str, ...]) -> Company:
    """Draw a company; ValueError when the scale is too small for the defects to fit."""
    sizes = Sizes.at(scale)
    population = plan_population(sizes, seed)
    deals = plan_deals(sizes, population, seed)
    leads = plan_lead_records(sizes, population, population.last_step_at, seed)
    scores = plan_scores(population, deals, seed, separation=_SCORE_SEPARATION)
    notes = plan_sales_notes(population, deals, seed)
    org = Org(sizes, population, deals, leads, notes, scores)
    marketing = plan_marketing(sizes, population, deals, seed)
    linkedin = plan_social_ads(sizes, seed, stream=11, units=1)
    has_hubspot = "hubspot" in systems
    return Company(
        seed=seed,
        systems=systems,
        org=org,
        marketing=marketing,
        tasks=plan_tasks(sizes, population, deals, seed),
        ads=plan_ad_campaigns(sizes.ad_campaigns, seed),
        rates=plan_exchange_rates(seed, is_published="generic" in systems),
        linkedin=linkedin,
        meta=plan_social_ads(sizes, seed, stream=12, units=2),
        hubspot=plan_hubspot(org, marketing.sessions, len(linkedin.account), seed)
        if has_hubspot
        else None,
        second_org=plan_second_org(scale, seed) if SECOND_ORG in systems else None,
    )
