"""The sales side: accounts, contacts and opportunities that follow from converted leads."""

from dataclasses import dataclass

import numpy as np

from datagen.plan.buying_groups import ContactRoles, Contacts, plan_buying_groups
from datagen.plan.opportunities import Opportunities, plan_opportunities
from datagen.plan.population import Population
from datagen.sizes import MISSING, Sizes


@dataclass(frozen=True)
class Deals:
    """All records of the sales side and how leads point at them."""

    account_company: np.ndarray
    account_created_at: np.ndarray
    account_owner: np.ndarray
    merged_accounts: int
    converted_leads: np.ndarray
    lead_contact: np.ndarray
    lead_account: np.ndarray
    lead_opportunity: np.ndarray
    converted_at: np.ndarray
    contacts: Contacts
    opportunities: Opportunities
    roles: ContactRoles
    person_count: int


def plan_deals(sizes: Sizes, population: Population, seed: int) -> Deals:
    """Convert the leads, run the opportunities, and fill the buying groups."""
    rng = np.random.default_rng([seed, 3])
    leads = np.flatnonzero(population.is_converted)
    converted_at = population.last_step_at
    leads = leads[np.argsort(converted_at[leads], kind="stable")]
    companies, first_of = np.unique(population.company[leads], return_index=True)
    order = np.argsort(first_of, kind="stable")
    account_of_company = np.full(int(population.company.max()) + 1, MISSING)
    account_of_company[companies[order]] = np.arange(len(companies))
    opportunities = plan_opportunities(sizes, population, leads, account_of_company, rng)
    count = len(population)
    lead_contact, lead_account, lead_opportunity = (np.full(count, MISSING) for _ in range(3))
    lead_contact[leads] = np.arange(len(leads))
    lead_account[leads] = account_of_company[population.company[leads]]
    with_lead = np.flatnonzero(opportunities.lead >= 0)
    lead_opportunity[opportunities.lead[with_lead]] = with_lead
    contacts, roles = plan_buying_groups(
        sizes, population, leads, converted_at, opportunities, lead_account, rng
    )
    return Deals(
        account_company=companies[order],
        account_created_at=converted_at[leads[first_of[order]]],
        account_owner=population.owner[leads[first_of[order]]],
        merged_accounts=sizes.planted(60, 2),
        converted_leads=leads,
        lead_contact=lead_contact,
        lead_account=lead_account,
        lead_opportunity=lead_opportunity,
        converted_at=np.where(population.is_converted, converted_at, MISSING),
        contacts=contacts,
        opportunities=opportunities,
        person_count=int(max(contacts.person.max() + 1, count)),
        roles=roles,
    )
