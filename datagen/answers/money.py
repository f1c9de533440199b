"""What the plan says about money: won, pipeline and spend, in their own currency and in USD."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from datagen.exports.salesforce_ids import list_ids
from datagen.plan.deals import Deals
from datagen.plan.exchange_rates import ExchangeRates
from datagen.plan.google_ads import AdCampaigns
from datagen.plan.marketing import CrmCampaigns
from datagen.plan.opportunities import BAD_AMOUNT, Opportunities
from datagen.plan.social_ads import SocialAds
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


@dataclass(frozen=True)
class DealView:
    """Opportunities of one system as columns; MISSING cents are unknown amounts."""

    ids: list[str]
    created_at: np.ndarray
    closed_at: np.ndarray
    is_live: np.ndarray
    is_won: np.ndarray
    is_lost: np.ndarray
    is_new: np.ndarray
    currency: np.ndarray
    first_cents: np.ndarray
    final_cents: np.ndarray
    has_group: np.ndarray


def view_opportunities(deals: Deals) -> DealView:
    """The opportunities of a Salesforce org."""
    plan = deals.opportunities
    has_group = np.zeros(len(plan), dtype=bool)
    has_group[deals.roles.opportunity] = True
    return DealView(
        ids=list_ids("opportunity", np.arange(len(plan))),
        created_at=plan.created_at,
        closed_at=plan.last_step_at,
        is_live=plan.is_live,
        is_won=plan.is_won,
        is_lost=plan.stage == LOST,
        is_new=plan.is_new,
        currency=plan.currency,
        first_cents=first_known_cents(plan),
        final_cents=plan.final_cents,
        has_group=has_group,
    )


def join_views(views: Sequence[DealView]) -> DealView:
    """The opportunities of several systems in one."""
    columns = {
        field.name: np.concatenate([getattr(view, field.name) for view in views])
        for field in fields(DealView)
        if field.name != "ids"
    }
    return DealView(ids=[identity for view in views for identity in view.ids], **columns)


def describe_opportunities(view: DealView, rates: ExchangeRates) -> dict:
    """Counts and totals over opportunities that the source has not deleted."""
    won = np.flatnonzero(view.is_live & view.is_won)
    won_usd = rates.convert_cents(
        view.final_cents[won], view.currency[won], view.closed_at[won] // DAY
    )
    created = np.flatnonzero(view.is_live & view.is_new)
    first = view.first_cents[created]
    pipeline_usd = rates.convert_cents(
        first, view.currency[created], view.created_at[created] // DAY
    )
    is_new_win = view.is_new[won]
    final = view.final_cents[won]
    return {
        "rule": CONVERSION_RULE,
        "not_deleted": int(view.is_live.sum()),
        "closed_lost": int((view.is_live & view.is_lost).sum()),
        "without_buying_group": int((view.is_live & ~view.has_group).sum()),
        "won": _describe(view, won, final, won_usd, view.closed_at),
        "won_new_business": {
            "rule": "Type 'New Business' or blank: the default revenue conversions; won_at is the "
            "history's Closed Won row (for opportunities without history: any time of CloseDate)",
            **_describe(
                view, won[is_new_win], final[is_new_win], won_usd[is_new_win], view.closed_at
            ),
        },
        "pipeline_new_business": {
            "rule": "all not deleted of Type 'New Business' or blank, whatever became of them; "
            "value is the first known amount of the history, else the current one; rate of the "
            "creation day",
            **_describe(view, created, first, pipeline_usd, view.created_at),
        },
    }


def first_known_cents(plan: Opportunities) -> np.ndarray:
    """The first amount that was ever recorded, MISSING where there was none by the period's end."""
    came_later = np.where(plan.amount_changed_at >= 0, plan.final_cents, MISSING)
    return np.where(plan.first_cents >= 0, plan.first_cents, came_later)


def _describe(
    view: DealView, rows: np.ndarray, cents: np.ndarray, usd: np.ndarray, at: np.ndarray
) -> dict:
    has_no_rate = (cents >= 0) & (usd < 0)
    currency = view.currency[rows]
    by_currency = {name: sum_cents(cents[currency == code]) for code, name in enumerate(CURRENCIES)}
    listed = rows[:LIST_CAP].tolist()
    return {
        "count": len(rows),
        "total_usd": sum_cents(usd),
        "total_by_currency": by_currency,
        "without_rate": list_capped([view.ids[row] for row in rows[has_no_rate]]),
        "without_rate_by_currency": {
            name: int((has_no_rate & (currency == code)).sum())
            for code, name in enumerate(CURRENCIES)
        },
        "without_amount": list_capped([view.ids[row] for row in rows[cents < 0]]),
        "opportunities": [
            {
                "id": view.ids[row],
                "at": format_time(at[row]),
                "amount": format_cents(cents[number]),
                "currency": CURRENCIES[currency[number]],
                "amount_usd": format_cents(usd[number]),
            }
            for number, row in enumerate(listed)
        ],
    }


def describe_spend(
    ads: AdCampaigns | None, campaigns: CrmCampaigns | None, rates: ExchangeRates
) -> dict:
    """Daily spend of Google Ads, and what CRM campaigns cost as a whole."""
    described = {}
    if ads is not None:
        micros = ads.cost_micros.sum(axis=2)
        described = {
            **describe_daily_spend(micros, ads.currency, ads.days, rates),
            "clicks": int(ads.clicks.sum()),
            "impressions": int(ads.impressions.sum()),
        }
    if campaigns is not None:
        described |= {
            "crm_campaign_actual_cost_usd": sum_cents(campaigns.cost_cents),
            "crm_campaigns_with_cost": int((campaigns.cost_cents >= 0).sum()),
        }
    return described


def describe_social_spend(ads: SocialAds, rates: ExchangeRates) -> dict:
    """Daily spend of LinkedIn or Meta as the newest extract of each day states it."""
    micros = np.zeros((len(ads.account), len(ads.days)), dtype=np.int64)
    np.add.at(micros, ads.unit_campaign, ads.cost_micros)
    return {
        **describe_daily_spend(micros, ads.currency, ads.days, rates),
        "clicks": int(ads.clicks.sum()),
        "impressions": int(ads.impressions[ads.impressions >= 0].sum()),
        "rows_superseded_by_a_later_extract": ads.superseded_rows,
        "rows_withdrawn_by_a_later_extract": ads.withdrawn_rows,
    }


def describe_daily_spend(
    micros: np.ndarray, campaign_currency: np.ndarray, days: np.ndarray, rates: ExchangeRates
) -> dict:
    """Totals of the micros by (campaign, day)."""
    cents = (micros + 5_000) // 10_000
    currency = np.broadcast_to(campaign_currency[:, None], cents.shape)
    day = np.broadcast_to(days, cents.shape)
    usd = rates.convert_cents(cents.ravel(), currency.ravel(), day.ravel())
    totals = {CURRENCIES[code]: sum_cents(cents[currency == code]) for code in np.unique(currency)}
    return {
        "rule": "the rows of one campaign and day are added and rounded half up to cents, then "
        "converted at that day's rate (latest, at most 7 days old) and rounded half up again",
        "campaign_days": int(cents.size),
        "total_by_currency": totals,
        "total_usd": sum_cents(usd),
        "campaign_days_without_rate": int((usd < 0).sum()),
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
