"""What customers are worth month by month, added up again from the wins."""

import pandas as pd
import pytest
from planned_wins import read_planned


@pytest.fixture(scope="module")
def found(table) -> pd.DataFrame:
    return table("marts.fct_customer_value")


@pytest.fixture(scope="module")
def wins(table) -> pd.DataFrame:
    deals = table("marts.fct_opportunities")
    deals = deals[deals["is_won"] & deals["is_sales_pipeline"] & deals["account_id"].notna()].copy()
    deals["month"] = deals["closed_at"].dt.to_period("M")
    return deals


def test_months(found, wins, as_of):
    last = pd.Period(as_of, "M")
    expected = {}
    for account, rows in wins.groupby("account_id"):
        first = rows["month"].min()
        for number in range((last - first).n + 1):
            so_far = rows[rows["month"] <= first + number]
            known = so_far["opportunity_amount"].dropna()
            expected[account, number] = (
                (rows["month"] == first + number).sum(),
                len(so_far),
                len(so_far) - len(known),
                known.sum(),
                known.mean() if len(known) else None,
            )
    assert len(found) == len(expected)
    for row in found.itertuples():
        month, lifetime, unvalued, amount, mean = expected[
            row.account_id, row.months_since_first_win
        ]
        assert (row.won_count, row.lifetime_won_count) == (month, lifetime)
        assert row.lifetime_unvalued_count == unvalued
        assert row.lifetime_amount == pytest.approx(amount, abs=0.005)
        if mean is None:
            assert pd.isna(row.average_sale_amount)
        else:
            assert row.average_sale_amount == pytest.approx(mean, abs=0.0051)
    # somebody bought again
    assert (found["lifetime_won_count"] > 1).any()


def test_planned_value_is_recovered(found, answers, table):
    """The plan's wins, by account: the last month of every customer is all that they paid."""
    accounts = table("marts.fct_opportunities").set_index(["source_system", "source_record_id"])
    planned = read_planned(answers, "won")
    planned["account_id"] = [
        accounts.loc[(row.system, row.id), "account_id"] for row in planned.itertuples()
    ]
    worth = planned.groupby("account_id")["amount_usd"].sum()
    last = found.sort_values("value_month").drop_duplicates("account_id", keep="last")
    last = last.set_index("account_id")["lifetime_amount"]
    assert set(last.index) == set(worth.index)
    for account, amount in worth.items():
        assert last[account] == pytest.approx(amount, abs=0.005)
