"""Medians, rates and statistics of reports, worked out in pandas from the rows behind them.

A function takes the row of the report and the rows of each declaration that names the figure, in
the order of the declarations. The organisation of the demo lives in UTC.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

SIGNALS = {
    "score": "score",
    "interest_touches": "interest_touch_count",
    "commitment_touches": "commitment_touch_count",
}
LADDER = ["inquiry", "mql", "sal", "sql", "opportunity", "customer"]
HORIZON_DAYS = 180
LIMIT = 2.66
NORMAL_95 = 1.959964


@dataclass(frozen=True)
class Explained:
    """An explanation of one row of a report."""

    document: dict[str, Any]

    @property
    def row(self) -> pd.Series:
        return pd.Series(self.document["rows"][0], dtype=object)

    @property
    def as_of(self) -> datetime:
        return datetime.fromisoformat(self.document["as_of"])

    def frames(self, name: str) -> list[pd.DataFrame]:
        """The rows of each declaration that names a figure; money as floats."""
        return [
            _frame(behind["rows"])
            for behind in self.document["behind"]
            if name in behind["figures"] or name in behind["also_for"]
        ]

    def frame(self, name: str) -> pd.DataFrame:
        [frame] = self.frames(name)
        return frame


def _frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows).map(
        lambda value: float(value) if isinstance(value, Decimal) else value
    )
    return frame.infer_objects()


def days(earlier: Any, later: Any) -> pd.Series:
    """Whole seconds in days, as everywhere in the reports."""
    span = pd.to_datetime(later).dt.floor("s") - pd.to_datetime(earlier).dt.floor("s")
    return span / pd.Timedelta(days=1)


def cost_of(kind: str, name: str) -> Callable[[Explained], float]:
    def cost(told: Explained) -> float:
        credits, costs = told.frames(name)
        # of a weight so much is published, and far-off touches have hardly more
        weight = round(credits[credits.conversion_type == kind].weight.sum(), 9)
        return costs.spend_amount.sum() / weight

    return cost


def payback_months(told: Explained) -> float:
    credits, costs = told.frames("payback_months")
    touched, converted = pd.to_datetime(credits.touched_at), pd.to_datetime(credits.converted_at)
    ages = 12 * (converted.dt.year - touched.dt.year) + converted.dt.month - touched.dt.month
    so_far = credits.credited_amount.groupby(ages).sum().sort_index().cumsum()
    return so_far[so_far >= costs.spend_amount.sum()].index[0]


def median_days_before(told: Explained) -> float:
    credits = told.frame("median_days_before")
    spans = days(credits.touched_at, credits.converted_at)
    return spans.groupby(credits.conversion_id).max().median()


def discount_share(told: Explained) -> float:
    deals = told.frame("discount_share")
    known = deals[deals.is_won & (deals.list_amount > 0) & deals.opportunity_amount.notna()]
    return 1 - known.opportunity_amount.sum() / known.list_amount.sum()


def pipeline_share_of(count: int, name: str) -> Callable[[Explained], float]:
    def share(told: Explained) -> float:
        amounts = told.frame(name).expected_amount.astype(float)
        return amounts.nlargest(count).sum() / amounts.sum()

    return share


def median_days_to_win_of_deals(told: Explained) -> float:
    deals = told.frame("median_days_to_win")
    won = deals[deals.is_won]
    return days(won.created_at, won.closed_at).median()


def limit_of(sign: int) -> Callable[[Explained], float]:
    """Mean of the thirteen weeks, and 2.66 mean moving ranges to one side."""

    def limit(told: Explained) -> float:
        visits = told.frame("upper_limit")
        last = pd.Timestamp(told.row.week_ending_date) - pd.Timedelta(days=7)
        booked = pd.to_datetime(visits.booked_in_at).dt.normalize()
        weeks = (last - booked) // pd.Timedelta(days=7)
        counts = weeks.value_counts().reindex(range(13), fill_value=0).sort_index()
        bound = counts.mean() + sign * LIMIT * counts.diff().abs().mean()
        return max(bound, 0)

    return limit


def share_among_models(name: str, measure: str, choose: str) -> Callable[[Explained], float]:
    def share(told: Explained) -> float:
        wholes, credits, chain = told.frames(name)
        column = {"conversions": "weight", "amount": "credited_amount"}[measure]
        given = credits.groupby("attribution_model")[column].sum()
        if len(chain):
            # the chain has credits of channels and none of touches
            chained = chain.set_index("attribution_model")[f"credited_{measure}"]
            given = pd.concat([given, chained.astype(float)])
        whole = wholes.set_index("attribution_model")[f"all_{measure}"].astype(float)
        return getattr(given.reindex(whole.index, fill_value=0) / whole, choose)()

    return share


def departed_rate_of(departure: str, count: str) -> Callable[[Explained], float]:
    def rate(told: Explained) -> float:
        visits = told.frame(count)
        left = visits[~visits.is_inferred & visits.departure.notna()]
        return (left.departure == departure).mean()

    return rate


def cycle_days(told: Explained, name: str) -> pd.Series:
    visits = told.frame(name)
    return visits[visits.is_measurable].visit_days.astype(float)


def median_rules_behind_crm_days(told: Explained) -> float:
    decisions = told.frame("median_rules_behind_crm_days")
    sides = decisions.pivot(
        index=["lead_id", "cycle_number"], columns="decision_source", values="decided_at"
    )
    return days(sides["crm"], sides["rules"]).median()


def median_lag_days(told: Explained) -> float:
    frame = told.frame("median_lag_days")
    if told.row.stage == "opportunity":
        won = frame[frame.is_won]
        spans = days(won.created_at, won.closed_at)
        return spans[spans.between(0, HORIZON_DAYS)].median()
    return days(frame[f"entered_{told.row.stage}_at"], frame.entered_customer_at).median()


def prospects_of(told: Explained, rows: pd.DataFrame) -> pd.DataFrame:
    """Whole days that each row has stood or stood in the stage, days to its win, its amount."""
    stage = told.row.stage
    if stage == "opportunity":
        entered, left = pd.to_datetime(rows.created_at), rows.closed_at
        to_win = days(entered, left).where(rows.is_won)
        amount = rows.opportunity_amount.astype(float)
    else:
        entered = pd.to_datetime(rows[f"entered_{stage}_at"])
        later = [f"entered_{name}_at" for name in LADDER[LADDER.index(stage) + 1 :]] + ["ended_at"]
        left = rows[later].apply(pd.to_datetime).min(axis=1)
        winners = told.frame("converted_count")
        won = pd.MultiIndex.from_frame(winners[["lead_id", "cycle_number"]])
        is_won = pd.MultiIndex.from_frame(rows[["lead_id", "cycle_number"]]).isin(won)
        to_win = days(entered, rows.entered_customer_at).where(is_won)
        amount = pd.Series(np.nan, index=rows.index)
    now = pd.Series(pd.Timestamp(told.as_of), index=rows.index)
    return pd.DataFrame(
        {
            "age": np.floor(days(entered, now)),
            "stayed": np.floor(days(entered, left)),
            "to_win": to_win.where(to_win.between(0, HORIZON_DAYS)),
            "amount": amount,
        }
    )


def chances(told: Explained) -> pd.DataFrame:
    """What stands in the stage, and of those who stood there as long the share that was won in
    the days of the target."""
    standing, cohort = told.frames("expected_conversions")
    if standing.empty or cohort.empty:
        return pd.DataFrame({"chance": [], "amount": []})
    standing, cohort = prospects_of(told, standing), prospects_of(told, cohort)
    stayed = cohort.stayed.fillna(math.inf)
    midnight = datetime.combine(told.row.starting_date, time())
    evening = datetime.combine(told.row.due_date, time(23, 59, 59))
    to_start = max((midnight - told.as_of) / timedelta(days=1), 0)
    to_due = (evening - told.as_of) / timedelta(days=1)
    found = []
    for age in standing.age:
        there = (stayed >= age) & (stayed >= 0)
        won = there & (age + to_due >= cohort.to_win)
        if to_start > 0:
            won &= age + to_start < cohort.to_win
        found.append(won.sum() / there.sum() if there.any() else 0)
    return standing.assign(chance=found)


def expected_amount(told: Explained) -> float:
    expected = chances(told)
    amounts = expected.amount.fillna(float(told.row.average_sale_amount))
    return (expected.chance * amounts).sum()


def kaplan_meier_median(told: Explained) -> float:
    visits = told.frame("km_median_days")
    now = pd.Series(pd.Timestamp(told.as_of), index=visits.index)
    has_left = pd.to_datetime(visits.left_at) <= now
    spans = visits.visit_days.astype(float).where(has_left, days(visits.entered_at, now))
    still_there = 1.0
    for span in sorted(spans[has_left].unique()):
        still_there *= 1 - (spans[has_left] == span).sum() / (spans >= span).sum()
        if still_there <= 0.5 + 1e-9:
            return span
    return math.nan


def values_of(told: Explained, name: str) -> pd.Series:
    return told.frames(name)[0][SIGNALS[told.row.signal]].astype(float)


def roc_curve(told: Explained) -> tuple[float, float]:
    """Area under the curve and its standard error by DeLong, pair by pair."""
    decisions, hits = told.frames("auc")
    values = values_of(told, "auc").to_numpy()
    keys = ["lead_id", "cycle_number"]
    is_hit = pd.MultiIndex.from_frame(decisions[keys]).isin(pd.MultiIndex.from_frame(hits[keys]))
    above = values[is_hit][:, None] - values[~is_hit][None, :]
    placed = (above > 0) + 0.5 * (above == 0)
    by_hit, by_miss = placed.mean(axis=1), placed.mean(axis=0)
    error = math.sqrt(by_hit.var(ddof=1) / len(by_hit) + by_miss.var(ddof=1) / len(by_miss))
    return placed.mean(), error


def handoff_rate(status: str) -> Callable[[Explained], float]:
    def rate(told: Explained) -> float:
        handoffs = told.frame("due_count")
        return (handoffs.sla_status == status).sum() / (handoffs.sla_status != "pending").sum()

    return rate


def ignored_rate(told: Explained) -> float:
    handoffs = told.frame("ignored_count")
    return handoffs.is_ignored.sum() / (handoffs.is_ignored | handoffs.is_worked).sum()


def median_days_to_conversion(told: Explained) -> float:
    credits = told.frame("median_days_to_conversion")
    return (
        days(credits.touched_at, credits.converted_at).groupby(credits.conversion_id).max().median()
    )


RECOMPUTED: dict[str, dict[str, Callable[[Explained], float]]] = {
    "rpt_attribution_by_campaign": {
        name: cost_of(kind, name)
        for name, kind in {
            "cost_per_lead_amount": "lead",
            "cost_per_mql_amount": "mql",
            "cost_per_sql_amount": "sql",
            "cost_per_opportunity_amount": "pipeline",
            "media_cac_amount": "revenue",
        }.items()
    },
    "rpt_channel_portfolio": {
        "payback_months": payback_months,
        "median_days_to_win": lambda told: days(
            told.frame("median_days_to_win").touched_at,
            told.frame("median_days_to_win").converted_at,
        ).median(),
    },
    "rpt_content_influence": {"median_days_before": median_days_before},
    "rpt_deal_economics": {
        "discount_share": discount_share,
        "top1_pipeline_share": pipeline_share_of(1, "top1_pipeline_share"),
        "top5_pipeline_share": pipeline_share_of(5, "top5_pipeline_share"),
        "median_days_to_win": median_days_to_win_of_deals,
    },
    "rpt_handoff_sla": {
        "met_rate": handoff_rate("met"),
        "never_rate": handoff_rate("never"),
        "ignored_rate": ignored_rate,
        **{
            f"median_{name}": lambda told, name=name: (
                told.frame(f"median_{name}")[name].astype(float).median()
            )
            for name in ("speed_to_lead_hours", "speed_to_lead_business_hours")
        },
    },
    "rpt_lead_ticker": {"lower_limit": limit_of(-1), "upper_limit": limit_of(1)},
    "rpt_model_disagreement": {
        name: share_among_models(name, measure, choose)
        for name, measure, choose in (
            ("lowest_share", "conversions", "min"),
            ("highest_share", "conversions", "max"),
            ("lowest_amount_share", "amount", "min"),
            ("highest_amount_share", "amount", "max"),
        )
    },
    "rpt_pipeline_flow": {
        "yield_rate": departed_rate_of("forward", "passed_count"),
        "scrap_rate": departed_rate_of("exit", "scrapped_count"),
        "rework_rate": departed_rate_of("backward", "sent_back_count"),
        "mean_cycle_days": lambda told: cycle_days(told, "mean_cycle_days").mean(),
        "median_cycle_days": lambda told: cycle_days(told, "median_cycle_days").median(),
    },
    "rpt_qualification_disagreement": {
        "median_rules_behind_crm_days": median_rules_behind_crm_days
    },
    "rpt_reverse_funnel": {
        "median_lag_days": median_lag_days,
        "expected_conversions": lambda told: chances(told).chance.sum(),
        "expected_amount": expected_amount,
    },
    "rpt_score_calibration": {
        "min_value": lambda told: values_of(told, "min_value").min(),
        "max_value": lambda told: values_of(told, "max_value").max(),
        "auc": lambda told: roc_curve(told)[0],
        "auc_low": lambda told: max(roc_curve(told)[0] - NORMAL_95 * roc_curve(told)[1], 0),
        "auc_high": lambda told: min(roc_curve(told)[0] + NORMAL_95 * roc_curve(told)[1], 1),
    },
    "rpt_stage_velocity": {
        "km_median_days": kaplan_meier_median,
        **{
            name: lambda told, name=name, share=share: (
                told.frame(name)
                .query("left_at <= @told.as_of")
                .visit_days.astype(float)
                .quantile(share)
            )
            for name, share in (("median_days", 0.5), ("p75_days", 0.75), ("p90_days", 0.9))
        },
    },
    "rpt_top_paths": {"median_days_to_conversion": median_days_to_conversion},
}
