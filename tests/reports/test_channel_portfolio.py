"""What the money of a month brought back, added up again from credits and spend."""

import numpy as np
import pandas as pd
import pytest

AGES = [1, 3, 6, 12, 18, 24]


@pytest.fixture(scope="module")
def found(table) -> pd.DataFrame:
    frame = table("reports.rpt_channel_portfolio")
    return frame.set_index(["channel", "touch_month"]).sort_index()


@pytest.fixture(scope="module")
def credits(table) -> pd.DataFrame:
    frame = table("marts.fct_attribution_credits")
    frame = frame[(frame["attribution_model"] == "linear") & frame["touch_id"].notna()]
    frame = frame[frame["conversion_type"] == "revenue"].copy()
    frame["touch_month"] = frame["touched_at"].dt.to_period("M")
    frame["won_month"] = frame["converted_at"].dt.to_period("M")
    return frame


@pytest.fixture(scope="module")
def spend(table) -> pd.Series:
    frame = table("marts.fct_spend_daily")
    month = pd.to_datetime(frame["date_day"]).dt.to_period("M").dt.start_time.rename("touch_month")
    return frame.groupby(["channel", month])["spend_amount"].sum(min_count=1)


def test_returns(found, credits, spend, as_of):
    assert found["spend_amount"].dropna().sum() == pytest.approx(spend.sum(), abs=0.005)
    by_cell = dict(list(credits.groupby(["channel", "touch_month"])))
    mature, paid_back = 0, 0
    for (channel, month), row in found.iterrows():
        of_cell = by_cell.get((channel, pd.Period(month, "M")), credits.iloc[:0])
        assert row["credited_amount"] == pytest.approx(of_cell["credited_amount"].sum(), abs=0.005)
        cost = spend.get((channel, month), np.nan)
        for age in AGES:
            last_month = pd.Period(month, "M") + age
            if last_month.end_time.floor("s") > as_of:
                assert pd.isna(row[f"credited_{age}m_amount"])
                assert pd.isna(row[f"return_{age}m"])
                continue
            back = of_cell.loc[of_cell["won_month"] <= last_month, "credited_amount"].sum()
            assert row[f"credited_{age}m_amount"] == pytest.approx(back, abs=0.005)
            if cost > 0 and not row["has_unconverted_spend"]:
                assert row[f"return_{age}m"] == pytest.approx(back / cost)
                mature += 1
        waits = sorted({(won - pd.Period(month, "M")).n for won in of_cell["won_month"]})
        reached = [
            wait
            for wait in waits
            if of_cell.loc[
                of_cell["won_month"] <= pd.Period(month, "M") + wait, "credited_amount"
            ].sum()
            >= cost - 1e-6
        ]
        if cost > 0 and reached and not row["has_unconverted_spend"]:
            assert row["payback_months"] == reached[0]
            paid_back += 1
        else:
            assert pd.isna(row["payback_months"])
    assert mature > 100
    assert paid_back > 20


def test_concentration_and_mix(found, credits, spend):
    days = (credits["converted_at"] - credits["touched_at"]) / pd.Timedelta(days=1)
    median = days.groupby(credits["channel"]).median()
    assert found.groupby("channel")["median_days_to_win"].first().dropna().to_dict() == (
        pytest.approx(median.to_dict())
    )
    kind = found["median_days_to_win"].map(
        lambda days: "none yet" if pd.isna(days) else "short" if days < 90 else "mid"
    )
    assert (found["return_horizon"] == kind).all()
    rows = found.reset_index()
    for month, costs in spend.groupby("touch_month"):
        shares = costs / costs.sum()
        of_month = rows[rows["touch_month"] == month]
        assert of_month["spend_hhi"].unique() == pytest.approx([(shares**2).sum()])
        for _, row in of_month.iterrows():
            alike = of_month[of_month["return_horizon"] == row["return_horizon"]]["channel"]
            channels = shares.index.get_level_values("channel")
            expected = shares[channels.isin(alike)].sum()
            if row["horizon_spend_share"] == row["horizon_spend_share"]:
                assert row["horizon_spend_share"] == pytest.approx(expected)
    targets = rows.groupby("return_horizon")["horizon_target_share"].first()
    assert targets["short"] == 0.6
    assert pd.isna(targets["none yet"])


def test_planned_spend_is_recovered(found, answers):
    """What ad platforms and campaigns cost is on the sheet, to the cent."""
    planned = [
        answers["spend"],
        *(answers["added"][s]["spend"] for s in ("linkedin_ads", "meta_ads")),
    ]
    total = sum(float(part["total_usd"]) for part in planned)
    total += float(answers["spend"]["crm_campaign_actual_cost_usd"])
    assert found["spend_amount"].sum() == pytest.approx(total, abs=0.005)
