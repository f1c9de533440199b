"""Targets walked backwards again: every open lead one by one, against those before it."""

import numpy as np
import pandas as pd
import pytest
from planned_wins import read_planned

HORIZON = pd.Timedelta(days=180)
DAY = pd.Timedelta(days=1)
LADDER = ["inquiry", "mql", "sal", "sql", "opportunity", "customer"]


@pytest.fixture(scope="module")
def found(table) -> pd.DataFrame:
    return table("reports.rpt_reverse_funnel").set_index(["target_name", "stage"])


@pytest.fixture(scope="module")
def prospects(table) -> pd.DataFrame:
    """One row per stage and lead that entered it; from opportunity on per opportunity."""
    cycles = table("marts.fct_lead_lifecycle")
    # the win of a group belongs to the cycle that started first
    events = table("marts.fct_lead_stage_events").query("to_stage == 'customer'")
    won = cycles[cycles["outcome"] == "won"].merge(
        events,
        left_on=["lead_id", "cycle_number", "entered_customer_at"],
        right_on=["lead_id", "cycle_number", "occurred_at"],
    )
    won = won.sort_values(["started_at", "lead_id", "cycle_number"])
    won = won.drop_duplicates("opportunity_id").set_index(["lead_id", "cycle_number"]).index
    cycles = cycles[cycles["cycle_type"] == "new"].set_index(["lead_id", "cycle_number"])
    won_at = cycles["entered_customer_at"].where(cycles.index.isin(won))
    parts = []
    for number, stage in enumerate(LADDER[:4]):
        later = [f"entered_{name}_at" for name in LADDER[number + 1 :]]
        parts.append(
            pd.DataFrame(
                {
                    "stage": stage,
                    "entered_at": cycles[f"entered_{stage}_at"],
                    "moved_on_at": cycles[[*later, "ended_at"]].min(axis=1),
                    "won_at": won_at,
                    "is_standing": cycles["is_open"] & (cycles["furthest_stage"] == stage),
                    "amount": np.nan,
                }
            )
        )
    deals = table("marts.fct_opportunities").query("opportunity_type == 'new' & is_sales_pipeline")
    parts.append(
        pd.DataFrame(
            {
                "stage": "opportunity",
                "entered_at": deals["created_at"],
                "moved_on_at": deals["closed_at"],
                "won_at": deals["closed_at"].where(deals["is_won"]),
                "is_standing": ~deals["is_closed"],
                "amount": deals["opportunity_amount"],
            }
        )
    )
    frame = pd.concat(parts, ignore_index=True)
    return frame[frame["entered_at"].notna()]


@pytest.fixture(scope="module")
def cohort(prospects) -> pd.DataFrame:
    """At the end of June 2026 the last four quarters with 180 days behind them are of 2025."""
    of_2025 = prospects[prospects["entered_at"].dt.year == 2025].copy()
    wait = of_2025["won_at"] - of_2025["entered_at"]
    of_2025["wait"] = wait.where(wait.between(pd.Timedelta(0), HORIZON))
    of_2025["stayed"] = (of_2025["moved_on_at"] - of_2025["entered_at"]) // DAY
    return of_2025


def test_rates_and_intervals(found, cohort):
    z = 1.2815515655446004
    for stage, rows in cohort.groupby("stage"):
        line = found.xs(stage, level="stage").iloc[0]
        trials, hits = len(rows), rows["wait"].notna().sum()
        assert (line["cohort_count"], line["converted_count"]) == (trials, hits)
        assert line["median_lag_days"] == pytest.approx(rows["wait"].median() / DAY)
        # Wilson: the rates p at which the observed one is just z standard errors away
        rate = hits / trials
        bounds = np.roots([1 + z**2 / trials, -(2 * rate + z**2 / trials), rate**2])
        assert [line["lowest_conversion_rate"], line["highest_conversion_rate"]] == pytest.approx(
            sorted(bounds)
        )


def chance(cohort: pd.DataFrame, age: int, opens: pd.Timedelta, closes: pd.Timedelta) -> float:
    """Of those still there at this age, how many were won in the days of the target."""
    there = cohort[cohort["stayed"].isna() | (cohort["stayed"] >= age)]
    if there.empty:
        return 0.0
    at = age * DAY
    in_time = (there["wait"] > at + opens) | ((opens <= pd.Timedelta(0)) & there["wait"].notna())
    return (in_time & (there["wait"] <= at + closes)).mean()


def test_expected_of_what_is_open(found, prospects, cohort, as_of):
    sale = found["average_sale_amount"].iloc[0]
    opened = prospects[prospects["is_standing"] & (prospects["entered_at"] <= as_of)]
    by_stage = dict(list(cohort[~(cohort["stayed"] < 0)].groupby("stage")))
    for (_, stage), line in found.iterrows():
        closes = line["due_date"] + DAY - pd.Timedelta(seconds=1) - as_of
        opens = max(line["starting_date"] - as_of, pd.Timedelta(0))
        conversions = amount = 0.0
        here = opened[opened["stage"] == stage]
        ages = (as_of - here["entered_at"]) // DAY
        chances = {age: chance(by_stage[stage], age, opens, closes) for age in ages.unique()}
        for age, value in zip(ages, here["amount"], strict=True):
            p = chances[age]
            conversions += p
            amount += p * (sale if pd.isna(value) else value)
        assert line["standing_count"] == len(here)
        assert line["expected_conversions"] == pytest.approx(conversions, abs=1e-9)
        assert line["expected_amount"] == pytest.approx(amount, rel=1e-6, abs=0.01)
    assert found["expected_conversions"].gt(0).any()


def test_what_remains_and_what_it_takes(found, table, as_of):
    deals = table("marts.fct_opportunities").query("opportunity_type == 'new' & is_sales_pipeline")
    won = deals[deals["is_won"]]
    won_day = won["closed_at"].dt.normalize()
    last_year = won[won_day > as_of.normalize() - 365 * DAY]
    sale = last_year["opportunity_amount"].mean()
    for name, lines in found.groupby("target_name"):
        line = lines.iloc[0]
        inside = won[won_day.between(line["starting_date"], line["due_date"])]
        assert line["won_count"] == len(inside), name
        assert line["average_sale_amount"] == pytest.approx(sale, abs=0.005)
        if line["metric"] == "customers":
            remaining = max(line["target_count"] - len(inside), 0)
            expected = lines["expected_conversions"].sum()
        else:
            remaining = max(line["target_amount"] - inside["opportunity_amount"].sum(), 0) / sale
            expected = lines["expected_amount"].sum() / sale
        assert (lines["remaining_customers"].tolist()) == pytest.approx([remaining] * 5)
        assert lines["expected_customers"].tolist() == pytest.approx([expected] * 5, rel=1e-6)
        verdict = "behind" if expected < remaining else "on course"
        assert set(lines["verdict"]) == {"reached" if remaining == 0 else verdict}
        for _, row in lines.iterrows():
            rate = row["converted_count"] / row["cohort_count"]
            assert row["needed_count"] == np.ceil(remaining / rate)
            further = np.ceil(max(remaining - row["expected_customers"], 0) / rate)
            assert row["further_needed_count"] == further
            lag = pd.Timedelta(days=int(np.ceil(row["median_lag_days"])))
            assert row["latest_entry_date"] == row["due_date"] - lag
    assert {"reached", "behind"} <= set(found["verdict"])


def test_planned_sales_are_recovered(found, answers, as_of):
    """The plan knows every win of the year and what it is worth."""
    planned = read_planned(answers, "won_new_business")
    of_year = planned[planned["at"].dt.normalize() > as_of.normalize() - 365 * DAY]
    assert found["average_sale_amount"].iloc[0] == pytest.approx(
        of_year["amount_usd"].mean(), abs=0.005
    )
    first_half = found.loc["Customers of the first half"].iloc[0]
    assert first_half["won_count"] == (planned["at"].dt.year == 2026).sum()
