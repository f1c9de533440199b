"""One company on disk: plan it, write the extracts, write the answer sheet."""

from pathlib import Path

from datagen.answers.sheet import write_answer_sheet
from datagen.exports.exchange_rates import export_exchange_rates
from datagen.exports.google_ads import export_google_ads
from datagen.exports.salesforce_campaigns import export_campaigns
from datagen.exports.salesforce_people import export_people
from datagen.exports.salesforce_sales import export_sales
from datagen.exports.web import export_sessions
from datagen.plan.company import plan_company


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
