"""Marketing's share of the demo company's new business, three ways, added up again."""

import pandas as pd
import pytest
from planned_wins import read_planned


@pytest.fixture(scope="module")
def found(table) -> pd.DataFrame:
    frame = table("reports.rpt_contribution_vs_target")
    return frame.set_index(["metric", "quarter_starting"]).sort_index()


def quarter_of(moments: pd.Series) -> pd.Series:
    return moments.dt.to_period("Q").dt.start_time


@pytest.mark.parametrize("metric", ["pipeline", "revenue"])
def test_shares_of_money(found, table, metric):
    team = table("marts.dim_channels").set_index("channel")["team"]
    credits = table("marts.fct_attribution_credits")
    credits = credits[credits["conversion_type"] == metric].copy()
    credits["quarter"] = quarter_of(credits["converted_at"])
    credits["is_ours"] = credits["channel"].map(team) == "marketing"
    linear = credits[credits["attribution_model"] == "linear"]
    first = credits[credits["attribution_model"] == "first_touch"]
    touched = linear[linear["is_ours"]]["conversion_id"].unique()
    influenced = linear[linear["conversion_id"].isin(touched)]
    parts = {
        "total_amount": linear,
        "sourced_amount": first[first["is_ours"]],
        "influenced_amount": influenced,
        "credited_amount": linear[linear["is_ours"]],
    }
    for column, rows in parts.items():
        expected = rows.groupby("quarter")["credited_amount"].sum()
        for quarter, amount in expected.items():
            assert found.loc[(metric, quarter), column] == pytest.approx(amount, abs=0.005)
        assert found.loc[metric][column].sum() == pytest.approx(expected.sum(), abs=0.005)
    counts = influenced.groupby("quarter")["conversion_id"].nunique()
    for quarter, count in counts.items():
        row = found.loc[(metric, quarter)]
        assert row["influenced_conversions"] == count
        assert row["sourced_share"] == pytest.approx(row["sourced_amount"] / row["total_amount"])


def test_leads(found, table):
    team = table("marts.dim_channels").set_index("channel")["team"]
    cycles = table("marts.fct_lead_lifecycle").query("cycle_type == 'new'")
    cycles = cycles[cycles["entered_inquiry_at"].notna()].copy()
    cycles["quarter"] = quarter_of(cycles["entered_inquiry_at"])
    cycles["is_ours"] = cycles["source_channel"].map(team) == "marketing"
    expected = cycles.groupby("quarter")["is_ours"].agg(["size", "sum", "mean"])
    rows = found.loc["leads"].loc[expected.index]
    assert rows["total_count"].tolist() == expected["size"].tolist()
    assert rows["sourced_conversions"].tolist() == expected["sum"].tolist()
    assert rows["sourced_share"].tolist() == pytest.approx(expected["mean"].tolist())


def test_verdicts_and_growth(found, as_of):
    judged = 0
    for (metric, quarter), row in found.iterrows():
        over = quarter + pd.DateOffset(months=3) <= as_of + pd.Timedelta(seconds=1)
        assert row["is_complete"] == over
        if pd.isna(row["target_share"]):
            assert row["verdict"] == "no target"
        elif over:
            assert (row["verdict"] == "met") == (row["sourced_share"] >= row["target_share"])
            judged += 1
        else:
            assert row["verdict"] == "running"
        before = (metric, quarter - pd.DateOffset(months=3))
        if row["total_count"] and before in found.index:
            value = "total_count" if metric == "leads" else "total_amount"
            growth = row[value] / found.loc[before, value] - 1
            assert row["total_growth"] == pytest.approx(growth)
        assert row["has_bias_warning"] == (row["sourced_share"] > 0.5)
    assert judged == 12
    assert {"met", "missed", "running"} <= set(found["verdict"])


@pytest.mark.parametrize(
    ("metric", "part"), [("revenue", "won_new_business"), ("pipeline", "pipeline_new_business")]
)
def test_planned_money_per_quarter_is_recovered(found, answers, metric, part):
    """Every win and its money is on the sheet: exact, but for wins whose only time is a day."""
    planned = read_planned(answers, part)
    expected = planned.groupby(quarter_of(planned["at"]))["amount_usd"].agg(["size", "sum"])
    for quarter, (count, amount) in expected.iterrows():
        row = found.loc[(metric, quarter)]
        assert row["total_count"] == count
        assert row["total_amount"] == pytest.approx(amount, abs=0.005)
