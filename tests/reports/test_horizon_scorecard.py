"""Now and later, quarter by quarter, added up again."""

import pandas as pd
import pytest
from planned_wins import read_planned


@pytest.fixture(scope="module")
def found(table) -> pd.DataFrame:
    return table("reports.rpt_horizon_scorecard").set_index("quarter_starting").sort_index()


def test_bookings_and_pipeline(found, table):
    deals = table("marts.fct_opportunities").query("is_sales_pipeline").copy()
    created = deals["created_at"].dt.to_period("Q")
    planned_close = pd.to_datetime(deals["expected_close_date"])
    closing = deals["closed_at"].fillna(planned_close).dt.to_period("Q")
    is_later = (closing > created) | closing.isna()
    for quarter, row in found.iterrows():
        here = deals[created == pd.Period(quarter, "Q")]
        assert row["created_count"] == len(here)
        assert row["created_amount"] == pytest.approx(here["first_amount"].sum(), abs=0.005)
        later = here[is_later[here.index]]
        assert row["later_count"] == len(later)
        assert row["later_amount"] == pytest.approx(later["first_amount"].sum(), abs=0.005)
        won = deals[deals["is_won"] & (closing == pd.Period(quarter, "Q"))]
        assert row["booked_count"] == len(won)
        assert row["unvalued_booked_count"] == won["opportunity_amount"].isna().sum()
    assert found["created_count"].sum() == len(deals)


def test_leads_are_in_one_place(found, table):
    cycles = table("marts.fct_lead_lifecycle").query("cycle_type == 'new'")
    cycles = cycles[cycles["entered_inquiry_at"].notna()].copy()
    with_sales = ["sal", "sql", "opportunity"]

    def place(cycle) -> str:
        if not cycle.is_open:
            return {"recycled": "nurture"}.get(cycle.outcome, cycle.outcome)
        return "sales" if cycle.furthest_stage in with_sales else "nurture"

    cycles["place"] = [place(cycle) for cycle in cycles.itertuples()]
    cycles["quarter"] = cycles["entered_inquiry_at"].dt.to_period("Q").dt.start_time
    expected = cycles.groupby(["quarter", "place"]).size()
    for quarter, row in found.iterrows():
        for name in ("won", "sales", "nurture", "lost", "disqualified"):
            assert row[f"{name}_lead_count"] == expected.get((quarter, name), 0), (quarter, name)
    assert found["nurture_lead_count"].gt(0).all()


def test_planned_bookings_are_recovered(found, answers):
    planned = read_planned(answers, "won")
    quarter = planned["at"].dt.to_period("Q").dt.start_time
    expected = planned.groupby(quarter)["amount_usd"].agg(["size", "sum"])
    assert found["booked_count"].to_dict() == expected["size"].to_dict()
    for start, amount in expected["sum"].items():
        assert found.loc[start, "booked_amount"] == pytest.approx(amount, abs=0.005)
