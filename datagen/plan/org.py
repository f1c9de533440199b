"""One Salesforce org: its people, its deals, its lead records with their scores, its notes."""

from dataclasses import dataclass

from datagen.plan.deals import Deals
from datagen.plan.lead_records import LeadRecords
from datagen.plan.population import Population
from datagen.plan.sales_notes import SalesNotes
from datagen.plan.scores import Scores
from datagen.sizes import Sizes


@dataclass(frozen=True)
class Org:
    """What an org's extracts of people and sales are written from."""

    sizes: Sizes
    population: Population
    deals: Deals
    lead_records: LeadRecords
    notes: SalesNotes
    scores: Scores
