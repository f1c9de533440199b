"""The weeks of the demo company, counted and judged again."""

import pandas as pd
import pytest

STAGES = ["inquiry", "mql", "sal", "sql", "opportunity", "customer"]


@pytest.fixture(scope="module")
def ticker(table) -> pd.DataFrame:
    return table("reports.rpt_lead_ticker").sort_values(["stage", "week_ending_date"])


def test_counts_of_weeks(ticker, table, as_of):
    visits = table("marts.fct_lead_stage_visits")
    visits = visits[(visits["cycle_type"] == "new") & ~visits["is_inferred"]]
    days = visits["booked_in_at"].dt.normalize()
    # as_of is the last second of its day, which therefore is over
    weeks_ago = (as_of.normalize() - days).dt.days // 7
    whole_weeks = ((as_of.normalize() - days.min()).days + 1) // 7
    counts = visits.groupby(["stage", weeks_ago]).size()
    found = ticker.set_index(["stage", "week_ending_date"])["entered_count"]
    assert len(found) == whole_weeks * len(STAGES)
    for (stage, week), count in found.items():
        ago = (as_of.normalize() - week).days / 7
        assert count == counts.get((stage, ago), 0), (stage, week)


def test_limits(ticker):
    judged = 0
    for _, weeks in ticker.groupby("stage"):
        values = weeks["entered_count"].tolist()
        for row, number in zip(weeks.itertuples(), range(len(values)), strict=True):
            before = values[max(number - 13, 0) : number]
            if len(before) < 13:
                assert row.verdict == "too few weeks"
                continue
            ranges = [abs(a - b) for a, b in zip(before[1:], before, strict=False)]
            centre, spread = sum(before) / 13, 2.66 * sum(ranges) / 12
            assert row.upper_limit == pytest.approx(centre + spread)
            assert row.lower_limit == pytest.approx(max(centre - spread, 0))
            assert row.mean_13w == pytest.approx(sum(values[number - 12 : number + 1]) / 13)
            assert row.mean_4w == pytest.approx(sum(values[number - 3 : number + 1]) / 4)
            expected = "within normal variation"
            if values[number] > centre + spread:
                expected = "above the limits"
            elif values[number] < max(centre - spread, 0):
                expected = "below the limits"
            assert row.verdict == expected
            judged += 1
    assert judged > 300


def test_planned_growth_is_recovered(ticker, answers):
    """Arrivals grow over the period; second chances and HubSpot's people add a little to them."""
    orgs = [answers["pace"], answers["added"]["salesforce@emea"]["pace"]]
    planned = [sum(counts) for counts in zip(*(o["came_in_26_weeks"] for o in orgs), strict=True)]
    weekly = ticker[ticker["stage"] == "inquiry"]["entered_count"].to_numpy()
    found = weekly.reshape(3, 26).sum(axis=1)
    for half_year, expected in zip(found, planned, strict=True):
        assert half_year / found.sum() == pytest.approx(expected / sum(planned), rel=0.05)
    assert planned[0] < planned[1] < planned[2]


def test_ordinary_weeks_are_no_news(ticker):
    """Nothing but chance and slow growth was planted: few weeks may stand out."""
    judged = ticker[ticker["verdict"] != "too few weeks"]
    assert (judged["verdict"] != "within normal variation").mean() < 0.05
