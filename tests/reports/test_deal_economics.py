"""Effort and value of deals by size, added up again; the planned discount comes back."""

import pandas as pd
import pytest

BOUNDS = [5000, 20000, 50000]


@pytest.fixture(scope="module")
def found(table) -> pd.DataFrame:
    return table("reports.rpt_deal_economics").set_index("size_band")


@pytest.fixture(scope="module")
def deals(table) -> pd.DataFrame:
    frame = table("marts.fct_opportunities").query("is_sales_pipeline").copy()
    labels = ["below 5000", "5000 to 20000", "20000 to 50000", "50000 and more"]
    edges = [float("-inf"), *BOUNDS, float("inf")]
    bands = pd.cut(frame["opportunity_amount"], edges, labels=labels, right=False)
    frame["band"] = bands.astype(object).where(frame["opportunity_amount"].notna(), "(unknown)")
    return frame


def test_bands(found, deals):
    groups = {**dict(list(deals.groupby("band"))), "(all)": deals}
    assert set(found.index) == set(groups)
    for band, rows in groups.items():
        line = found.loc[band]
        won = rows[rows["is_won"]]
        lost = rows[rows["is_closed"] & ~rows["is_won"]]
        decided = len(won) + len(lost)
        assert line["opportunity_count"] == len(rows)
        assert line["win_rate"] == pytest.approx(len(won) / decided)
        money = won["opportunity_amount"].sum(), lost["opportunity_amount"].sum()
        if sum(money):
            assert line["value_win_rate"] == pytest.approx(money[0] / sum(money))
        effort = rows[rows["is_closed"]]["activity_count"].sum()
        assert line["activities_per_closed_opportunity"] == pytest.approx(effort / decided)
        assert line["won_per_activity"] == pytest.approx(money[0] / effort)
        # the same by the chain of the description: win rate, mean win, mean effort
        if money[0]:
            chain = len(won) / decided * (money[0] / len(won)) / (effort / decided)
            assert line["won_per_activity"] == pytest.approx(chain)
        weighted = (rows["opportunity_amount"] * rows["probability"])[~rows["is_closed"]].dropna()
        assert line["expected_amount"] == pytest.approx(weighted.sum(), abs=0.01 * len(weighted))
        if weighted.sum():
            largest = weighted.sort_values(ascending=False)
            for number in (1, 5):
                share = largest.head(number).sum() / weighted.sum()
                assert line[f"top{number}_pipeline_share"] == pytest.approx(share, abs=1e-6)
        days = (won["closed_at"] - won["created_at"]) / pd.Timedelta(days=1)
        assert line["median_days_to_win"] == pytest.approx(days.median())


def test_effort_is_that_of_the_extract(demo, table):
    """Tasks of the first org, read from its extract, on deals whose people no other CRM knows."""
    tasks = pd.read_csv(demo.landing / "salesforce" / "task" / "Task.csv", dtype=str)
    done = tasks[(tasks["IsClosed"] == "true") & (tasks["IsDeleted"] == "false")]
    done = done[(done["TaskSubtype"] != "ListEmail") & (done["CallType"] != "Inbound")].copy()
    at = done["CompletedDateTime"].fillna(done["CreatedDate"])
    done["at"] = pd.to_datetime(at).dt.tz_convert(None)
    aliases = table("marts.bridge_lead_aliases")
    known = aliases.groupby("lead_id")["source_system"].unique()
    here = aliases[aliases["source_system"] == "salesforce"].set_index("source_record_id")[
        "lead_id"
    ]
    done["lead_id"] = done["WhoId"].map(here)
    deals = table("marts.fct_opportunities").set_index("opportunity_id")
    events = table("marts.fct_lead_stage_events").dropna(subset=["opportunity_id"])
    groups = events[["lead_id", "opportunity_id"]].drop_duplicates()
    groups = groups[groups["opportunity_id"].isin(deals.index)].join(
        deals[["created_at", "closed_at"]], on="opportunity_id"
    )
    open_then = done.merge(groups, on="lead_id")
    open_then = open_then[
        (open_then["at"] >= open_then["created_at"])
        & (open_then["closed_at"].isna() | (open_then["at"] <= open_then["closed_at"]))
    ]
    newest = open_then.sort_values("created_at").drop_duplicates("Id", keep="last")
    expected = newest["opportunity_id"].value_counts()
    systems = groups["lead_id"].map(known).map(lambda names: set(names) == {"salesforce"})
    ours = systems.groupby(groups["opportunity_id"]).all()
    ours = ours[ours].index
    assert expected.reindex(ours, fill_value=0).sum() > 100
    pd.testing.assert_series_equal(
        deals.loc[ours, "activity_count"],
        expected.reindex(ours, fill_value=0),
        check_names=False,
        check_dtype=False,
    )


def test_planned_discount_is_recovered(found, answers):
    orgs = [answers["notes"], answers["added"]["salesforce@emea"]["notes"]]
    planned = [org["discounts"] for org in orgs]
    line = found.loc["(all)"]
    listed = sum(float(part["list_usd"]) for part in planned)
    paid = sum(float(part["amount_usd"]) for part in planned)
    assert line["listed_count"] == sum(part["opportunities"] for part in planned)
    assert line["list_amount"] == pytest.approx(listed, abs=0.005)
    assert line["discount_share"] == pytest.approx(1 - paid / listed, abs=1e-9)
    assert 0.1 < line["discount_share"] < 0.2
