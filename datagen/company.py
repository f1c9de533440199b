"""One company on disk: plan it, write the extracts, write the answer sheet."""

from pathlib import Path

from datagen.answer_sheet import write_answer_sheet
from datagen.company_plan import plan_company
from datagen.exchange_rate_export import export_exchange_rates
from datagen.google_ads_export import export_google_ads
from datagen.salesforce_campaign_export import export_campaigns
from datagen.salesforce_people_export import export_people
from datagen.salesforce_sales_export import export_sales
from datagen.web_export import export_sessions


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
