"""The funnel of the demo company, derived again from its lifecycles."""

import pandas as pd
import pytest

PROGRESS = ["mql", "sal", "sql", "opportunity", "customer"]
EXITS = ["recycled", "disqualified", "lost"]


@pytest.fixture(scope="module")
def cycles(table) -> pd.DataFrame:
    """Cycles of type new, with the month they came in and how long each stage took to reach."""
    cycles = table("marts.fct_lead_lifecycle").query("cycle_type == 'new'")
    cycles = cycles[cycles["entered_inquiry_at"].notna()].copy()
    came = cycles["entered_inquiry_at"]
    cycles["cohort_month"] = came.dt.to_period("M").dt.start_time
    for stage in PROGRESS:
        cycles[f"wait_{stage}"] = cycles[f"entered_{stage}_at"] - came
    for stage in EXITS:
        cycles[f"wait_{stage}"] = (cycles["ended_at"] - came).where(cycles["outcome"] == stage)
        cycles[f"is_{stage}_inferred"] = cycles["is_current_stage_inferred"]
    return cycles


def derive(cycles: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """One row per cell, written as the rule says it and not as the report computes it."""
    cohort = ["cohort_month", "source_channel"]
    parts = []
    for stage in PROGRESS + EXITS:
        for days in (30, 90, 180, 365, 730):
            horizon = pd.Timedelta(days=days)
            in_time = cycles[f"wait_{stage}"].between(pd.Timedelta(0), horizon)
            part = (
                cycles.assign(
                    in_time=in_time,
                    is_observed=in_time & ~cycles[f"is_{stage}_inferred"],
                    reached_account=cycles["account_id"].where(in_time),
                )
                .groupby(cohort)
                .agg(
                    entered_count=("lead_id", "size"),
                    entered_account_count=("account_id", "nunique"),
                    reached_count=("in_time", "sum"),
                    reached_observed_count=("is_observed", "sum"),
                    reached_account_count=("reached_account", "nunique"),
                    conversion_rate=("in_time", "mean"),
                )
                .reset_index()
                .assign(stage=stage, horizon_days=days)
            )
            next_month = part["cohort_month"] + pd.DateOffset(months=1)
            part["is_mature"] = next_month + horizon <= as_of
            hidden = [*part.filter(regex="^reached_").columns, "conversion_rate"]
            part[hidden] = part[hidden].astype(float).where(part["is_mature"])
            parts.append(part)
    return pd.concat(parts)


def test_every_cell(cycles, table, as_of):
    keys = ["cohort_month", "source_channel", "stage", "horizon_days"]
    expected = derive(cycles, as_of).set_index(keys).sort_index()
    found = table("reports.rpt_funnel_by_cohort").set_index(keys).sort_index()
    pd.testing.assert_frame_equal(
        found[expected.columns], expected, check_dtype=False, check_index_type=False
    )
    assert found["is_mature"].any()
    assert not found["is_mature"].all()


def test_planned_conversion_is_recovered(answers, table):
    """Of the two Salesforce orgs the plan knows who comes, and who reaches what by when.

    The report has HubSpot's people in it, and second chances as cycles of their own: three points
    of tolerance.
    """
    paces = [answers["pace"], answers["added"]["salesforce@emea"]["pace"]]
    planned = [pace[group] for pace in paces for group in ("leads", "contacts_alone")]
    people = sum(group["people"] for group in planned)
    cells = table("reports.rpt_funnel_by_cohort")
    cells = cells[cells["is_mature"] & (cells["horizon_days"] == answers["pace"]["horizon_days"])]
    totals = cells.groupby("stage")[["reached_count", "entered_count"]].sum()
    rates = totals["reached_count"] / totals["entered_count"]
    for stage in ("opportunity", "customer"):
        rate = sum(group[stage] for group in planned) / people
        assert 0.05 < rate < 0.95
        assert rates[stage] == pytest.approx(rate, abs=0.03), stage
