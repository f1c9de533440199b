"""Durations and stocks of the stages, derived again from the ledger of the demo company."""

import numpy as np
import pandas as pd
import pytest

STAGES = ["inquiry", "mql", "sal", "sql", "opportunity"]


@pytest.fixture(scope="module")
def visits(table) -> pd.DataFrame:
    """Visits of cycles of type new, paired here from the events of the ledger."""
    events = table("marts.fct_lead_stage_events").sort_values(
        ["lead_id", "cycle_number", "event_number"]
    )
    cycle = events.groupby(["lead_id", "cycle_number"])
    after = cycle[["occurred_at", "direction", "is_inferred", "has_time_anomaly"]].shift(-1)
    events["left_at"], events["departure"] = after["occurred_at"], after["direction"]
    events["next_is_odd"] = after["is_inferred"].eq(True) | after["has_time_anomaly"].eq(True)
    events["in_at"] = cycle["occurred_at"].cummax()
    events["out_at"] = np.maximum(events["in_at"], events["left_at"])
    lifecycles = table("marts.fct_lead_lifecycle").query("cycle_type == 'new'")
    keys = ["lead_id", "cycle_number", "source_channel", "is_open"]
    visits = events.merge(lifecycles[keys], on=["lead_id", "cycle_number"])
    return visits[visits["to_stage"].isin(STAGES)].rename(
        columns={"to_stage": "stage", "occurred_at": "entered_at"}
    )


def kaplan_meier_median(days: np.ndarray, is_event: np.ndarray) -> float:
    """Step by step as in the book: those with a censored duration of t are still at risk at t."""
    share = 1.0
    for duration in np.unique(days[is_event]):
        at_risk = (days >= duration).sum()
        share *= 1 - (is_event & (days == duration)).sum() / at_risk
        if share <= 0.5 + 1e-9:
            return duration
    return np.nan


def test_velocity(visits, table, as_of):
    odd = visits["is_inferred"] | visits["has_time_anomaly"] | visits["next_is_odd"]
    spans = visits[~odd].copy()
    spans["is_completed"] = spans["left_at"].notna()
    spans["days"] = (spans["left_at"].fillna(as_of) - spans["entered_at"]) / pd.Timedelta(days=1)
    rows = []
    everybody = spans.assign(source_channel="(all)")
    for key, group in pd.concat([spans, everybody]).groupby(["source_channel", "stage"]):
        completed = group.loc[group["is_completed"], "days"]
        rows.append(
            (
                *key,
                len(completed),
                len(group) - len(completed),
                *(completed.quantile(share) for share in (0.5, 0.75, 0.9)),
                kaplan_meier_median(group["days"].to_numpy(), group["is_completed"].to_numpy()),
            )
        )
    columns = ["completed_visit_count", "open_visit_count", "median_days", "p75_days", "p90_days"]
    keys = ["source_channel", "stage"]
    expected = pd.DataFrame(rows, columns=[*keys, *columns, "km_median_days"])
    found = table("reports.rpt_stage_velocity")
    found = found[found["completed_visit_count"] + found["open_visit_count"] > 0]
    pd.testing.assert_frame_equal(
        found.set_index(keys).sort_index()[[*columns, "km_median_days"]],
        expected.set_index(keys).sort_index(),
        check_dtype=False,
    )
    # open visits count: waiting makes the estimate longer than the completed visits alone
    everybody = found[(found["source_channel"] == "(all)") & (found["open_visit_count"] > 0)]
    assert (everybody["km_median_days"] >= everybody["median_days"]).all()


def test_standing_and_stalled(table):
    cycles = table("marts.fct_lead_lifecycle").query("cycle_type == 'new' and is_open")
    expected = cycles.groupby("current_stage")["is_stalled"].agg(["size", "sum"])
    found = table("reports.rpt_stage_velocity").query("source_channel == '(all)'")
    found = found.set_index("stage")[["standing_count", "stalled_count"]]
    for stage, (standing, stalled) in expected.iterrows():
        assert tuple(found.loc[stage]) == (standing, stalled)


def test_flow(visits, table, as_of):
    left = visits[visits["left_at"].notna()]
    observed = left[~left["is_inferred"]]

    def count(rows: pd.DataFrame, moment: str) -> pd.Series:
        month = rows[moment].dt.to_period("M").dt.start_time.rename("flow_month")
        return rows.groupby([month, "stage"]).size()

    measured = left[~(left["is_inferred"] | left["has_time_anomaly"] | left["next_is_odd"])]
    days = (measured["left_at"] - measured["entered_at"]) / pd.Timedelta(days=1)
    left_month = measured["out_at"].dt.to_period("M").dt.start_time.rename("flow_month")
    columns = {
        "entered_count": count(visits[~visits["is_inferred"]], "in_at"),
        "inferred_entered_count": count(visits[visits["is_inferred"]], "in_at"),
        "passed_count": count(observed[observed["departure"] == "forward"], "out_at"),
        "scrapped_count": count(observed[observed["departure"] == "exit"], "out_at"),
        "sent_back_count": count(observed[observed["departure"] == "backward"], "out_at"),
        "inferred_left_count": count(left[left["is_inferred"]], "out_at"),
        "median_cycle_days": days.groupby([left_month, measured["stage"]]).median(),
    }
    columns["mean_cycle_days"] = days.groupby([left_month, measured["stage"]]).mean()
    found = table("reports.rpt_pipeline_flow").set_index(["flow_month", "stage"])
    for name, expected in columns.items():
        if name.endswith("_count"):
            assert found[name].sum() == expected.sum(), name
            expected = expected.reindex(found.index, fill_value=0)
        else:
            expected = expected.reindex(found.index)
        pd.testing.assert_series_equal(found[name], expected, check_dtype=False, check_names=False)
    # stock is whoever has come in by the last second of the month and not left
    for (month, stage), row in found.iterrows():
        end = min(month + pd.offsets.MonthEnd(1) + pd.Timedelta(hours=24), as_of)
        here = visits[(visits["stage"] == stage) & (visits["in_at"] < end)]
        standing = (here["out_at"].isna() | (here["out_at"] >= end)).sum()
        assert row["closing_count"] == standing, (month, stage)
        before = visits[(visits["stage"] == stage) & (visits["in_at"] < month)]
        opening = (before["out_at"].isna() | (before["out_at"] >= month)).sum()
        assert row["opening_count"] == opening, (month, stage)
        gone = [row[f"{how}_count"] for how in ("passed", "scrapped", "sent_back")]
        assert row["left_count"] == sum(gone)
        rates = [row[name] for name in ("yield_rate", "scrap_rate", "rework_rate")]
        shares = [count / sum(gone) if sum(gone) else np.nan for count in gone]
        assert rates == pytest.approx(shares, rel=1e-9, nan_ok=True)
        # the stock holds inferred visits, too, and so does what drains it
        drained = sum(gone) + row["inferred_left_count"]
        lasts = (opening + standing) / 2 / (drained / month.days_in_month) if drained else np.nan
        assert row["stock_days"] == pytest.approx(lasts, rel=1e-9, nan_ok=True)


def test_planned_steps_are_recovered(answers, table):
    """The plan of the first org draws the time of each step; the report has two CRMs more."""
    planned = answers["pace"]["median_days"]
    found = table("reports.rpt_stage_velocity").query("source_channel == '(all)'")
    found = found.set_index("stage")["median_days"]
    assert planned.keys() == {"inquiry", "mql", "sal"}
    for stage, days in planned.items():
        assert found[stage] == pytest.approx(days, rel=0.1), stage


@pytest.fixture(scope="module")
def planned_visits(answers) -> pd.DataFrame:
    """Visits to stages by the plan's sample of leads, with how each ended."""
    sheets = [answers, answers["added"]["salesforce@emea"], answers["added"]["hubspot"]]
    ladder = [*STAGES, "customer"]
    rows = []
    for lead in (lead for sheet in sheets for lead in sheet["stages"]["leads"]):
        entries = lead["entries"]
        for entry, after in zip(entries, [*entries[1:], None], strict=True):
            stage, at, cycle, is_inferred = entry
            if stage not in STAGES:
                continue
            left_at, how = None, "stays"
            if after and after[2] == cycle:
                left_at, how = after[1], "scrapped"
                if after[0] in ladder:
                    is_ahead = ladder.index(after[0]) > ladder.index(stage)
                    how = "passed" if is_ahead else "sent_back"
            rows.append((stage, at, left_at, is_inferred, how))
    frame = pd.DataFrame(rows, columns=["stage", "in_at", "out_at", "is_inferred", "how"])
    for column in ("in_at", "out_at"):
        frame[column] = pd.to_datetime(frame[column]).dt.tz_localize(None)
    return frame


def test_planned_flow_is_recovered(planned_visits, table, as_of):
    """Month by month the sample is in each figure; the other leads can only add to it."""
    is_seen = ~planned_visits["is_inferred"]
    moves = {
        "entered_count": (is_seen, "in_at"),
        "inferred_entered_count": (~is_seen, "in_at"),
        "passed_count": (is_seen & (planned_visits["how"] == "passed"), "out_at"),
        "scrapped_count": (is_seen & (planned_visits["how"] == "scrapped"), "out_at"),
        "sent_back_count": (is_seen & (planned_visits["how"] == "sent_back"), "out_at"),
        "inferred_left_count": (~is_seen & planned_visits["out_at"].notna(), "out_at"),
    }
    found = table("reports.rpt_pipeline_flow").set_index(["flow_month", "stage"])
    for column, (holds, moment) in moves.items():
        rows = planned_visits[holds]
        month = rows[moment].dt.to_period("M").dt.start_time.rename("flow_month")
        known = rows.groupby([month, "stage"]).size()
        assert len(known) > 0, column
        assert set(known.index) <= set(found.index), column
        assert (found.loc[known.index, column] >= known).all(), column
    for (month, stage), row in found.iterrows():
        end = min(month + pd.offsets.MonthBegin(1), as_of + pd.Timedelta(seconds=1))
        here = planned_visits[(planned_visits["stage"] == stage) & (planned_visits["in_at"] < end)]
        standing = (here["out_at"].isna() | (here["out_at"] >= end)).sum()
        assert row["closing_count"] >= standing, (month, stage)
