"""What the plan says about money: won, pipeline and spend, in their own currency and in USD."""

from collections.abc import Sequence

import numpy as np

from datagen.exports.salesforce_ids import list_ids
from datagen.plan.deals import Deals
from datagen.plan.exchange_rates import ExchangeRates
from datagen.plan.google_ads import AdCampaigns
from datagen.plan.marketing import CrmCampaigns
from datagen.plan.opportunities import BAD_AMOUNT, Opportunities
from datagen.sizes import DAY, MISSING
from datagen.vocabulary import CHF, CURRENCIES, LOST

CONVERSION_RULE = (
    "USD = amount x rate, rounded half up to cents per opportunity; the rate is the latest at or "
    "before the day (UTC) of the conversion and at most 7 days old; USD is 1; without such a rate, "
    "or without an amount, an opportunity is in the count and not in the total"
)
LIST_CAP = 1000


def sum_cents(cents: np.ndarray) -> str:
    """Total of the known cents as a decimal string."""
    return format_cents(cents[cents >= 0].sum())


def describe_opportunities(deals: Deals, rates: ExchangeRates) -> dict:
    """Counts and totals over opportunities that the source has not deleted."""
    plan = deals.opportunities
    won = np.flatnonzero(plan.is_live & plan.is_won)
    won_usd = rates.convert_cents(
        plan.final_cents[won], plan.currency[won], plan.last_step_at[won] // DAY
    )
    created = np.flatnonzero(plan.is_live & plan.is_new)
    first = first_known_cents(plan)[created]
    pipeline_usd = rates.convert_cents(
        first, plan.currency[created], plan.created_at[created] // DAY
    )
    is_new_win = plan.is_new[won]
    return {
        "rule": CONVERSION_RULE,
        "not_deleted": int(plan.is_live.sum()),
        "closed_lost": int((plan.is_live & (plan.stage == LOST)).sum()),
        "without_buying_group": int(plan.is_live.sum() - len(np.unique(deals.roles.opportunity))),
        "won": _describe(plan, won, plan.final_cents[won], won_usd),
        "won_new_business": {
            "rule": "Type 'New Business' or blank: the default revenue conversions; won_at is the "
            "history's Closed Won row (for opportunities without history: any time of CloseDate)",
            **_describe(
                plan, won[is_new_win], plan.final_cents[won][is_new_win], won_usd[is_new_win]
            ),
        },
        "pipeline_new_business": {
            "rule": "all not deleted of Type 'New Business' or blank, whatever became of them; "
            "value is the first known amount of the history, else the current one; rate of the "
            "creation day",
            **_describe(plan, created, first, pipeline_usd, at=plan.created_at),
        },
    }


def first_known_cents(plan: Opportunities) -> np.ndarray:
    """The first amount that was ever recorded, MISSING where there was none by the period's end."""
    came_later = np.where(plan.amount_changed_at >= 0, plan.final_cents, MISSING)
    return np.where(plan.first_cents >= 0, plan.first_cents, came_later)


def _describe(
    plan: Opportunities,
    rows: np.ndarray,
    cents: np.ndarray,
    usd: np.ndarray,
    at: np.ndarray | None = None,
) -> dict:
    has_no_rate = (cents >= 0) & (usd < 0)
    at = plan.last_step_at if at is None else at
    by_currency = {
        name: sum_cents(cents[plan.currency[rows] == code]) for code, name in enumerate(CURRENCIES)
    }
    listed = slice(0, LIST_CAP)
    return {
        "count": len(rows),
        "total_usd": sum_cents(usd),
        "total_by_currency": by_currency,
        "without_rate": list_capped(list_ids("opportunity", rows[has_no_rate])),
        "without_rate_by_currency": {
            name: int((has_no_rate & (plan.currency[rows] == code)).sum())
            for code, name in enumerate(CURRENCIES)
        },
        "without_amount": list_capped(list_ids("opportunity", rows[cents < 0])),
        "opportunities": [
            {
                "id": identity,
                "at": format_time(time),
                "amount": format_cents(amount),
                "currency": CURRENCIES[currency],
                "amount_usd": format_cents(value),
            }
            for identity, time, amount, currency, value in zip(
                list_ids("opportunity", rows[listed]),
                at[rows[listed]],
                cents[listed],
                plan.currency[rows[listed]],
                usd[listed],
                strict=True,
            )
        ],
    }


def describe_spend(ads: AdCampaigns, campaigns: CrmCampaigns, rates: ExchangeRates) -> dict:
    """Daily spend of the ad platform, and what CRM campaigns cost as a whole."""
    micros = ads.cost_micros.sum(axis=2)
    cents = (micros + 5_000) // 10_000
    currency = np.broadcast_to(ads.currency[:, None], cents.shape)
    day = np.broadcast_to(ads.days, cents.shape)
    usd = rates.convert_cents(cents.ravel(), currency.ravel(), day.ravel())
    totals = {CURRENCIES[code]: sum_cents(cents[currency == code]) for code in np.unique(currency)}
    return {
        "rule": "the rows of one campaign and day are added and rounded half up to cents, then "
        "converted at that day's rate (latest, at most 7 days old) and rounded half up again",
        "campaign_days": int(cents.size),
        "total_by_currency": totals,
        "total_usd": sum_cents(usd),
        "campaign_days_without_rate": int((usd < 0).sum()),
        "clicks": int(ads.clicks.sum()),
        "impressions": int(ads.impressions.sum()),
        "crm_campaign_actual_cost_usd": sum_cents(campaigns.cost_cents),
        "crm_campaigns_with_cost": int((campaigns.cost_cents >= 0).sum()),
    }


def describe_rates(deals: Deals, rates: ExchangeRates) -> dict:
    """The rates that are not there."""
    plan = deals.opportunities
    return {
        "missing_dates": {
            CURRENCIES[code]: rates.missing_dates(code)
            for code in range(len(CURRENCIES))
            if (rates.published[code] >= 0).any()
        },
        "currency_without_any_rate": list_capped(
            list_ids("opportunity", np.flatnonzero(plan.currency == CHF))
        ),
        "invalid_amounts": list_capped(
            list_ids("opportunity", np.flatnonzero(plan.kind == BAD_AMOUNT))
        ),
    }


def format_cents(cents: int) -> str | None:
    """Cents as a decimal string with two places; None for a missing amount."""
    return None if cents < 0 else f"{int(cents) // 100}.{int(cents) % 100:02d}"


def list_capped(identities: Sequence[str]) -> dict:
    """An exact count and at most LIST_CAP ids."""
    return {"count": len(identities), "ids": list(identities[:LIST_CAP])}


def format_time(seconds: int) -> str:
    """ISO 8601 in UTC."""
    return f"{np.datetime64(int(seconds), 's')}Z"
