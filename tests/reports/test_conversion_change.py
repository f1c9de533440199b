"""Why conversion changed: cohorts of the demo company, split by hand into mix and rate."""

import pandas as pd
import pytest

HORIZON = pd.Timedelta(days=90)
DIMENSIONS = ["source_channel", "employee_band", "owner_name"]


@pytest.fixture(scope="module")
def cycles(table) -> pd.DataFrame:
    accounts = table("marts.dim_accounts").set_index("account_id")["employee_count"]
    cycles = table("marts.fct_lead_lifecycle").query("cycle_type == 'new'")
    cycles = cycles[cycles["entered_inquiry_at"].notna()].copy()
    cycles["quarter"] = cycles["entered_inquiry_at"].dt.to_period("Q")
    employees = cycles["account_id"].map(accounts)
    bands = pd.cut(
        employees, [0, 49, 249, 999, 10**9], labels=["1-49", "50-249", "250-999", "1000+"]
    )
    cycles["employee_band"] = bands.astype(object).where(employees.notna(), "(unknown)")
    cycles["owner_name"] = cycles["owner_name"].fillna("(none)")
    return cycles


def test_effects(cycles, table, as_of):
    found = table("reports.rpt_conversion_change")
    found["quarter"] = found["quarter_starting"].dt.to_period("Q")
    found = found.set_index(["quarter", "stage", "dimension", "member"]).sort_index()
    mature = [
        quarter
        for quarter in sorted(cycles["quarter"].unique())
        if (quarter + 1).start_time + HORIZON <= as_of
    ]
    assert set(found.index.get_level_values("quarter")) == set(mature[1:])
    checked = 0
    for quarter, stage in found.index.droplevel(["dimension", "member"]).unique():
        wait = cycles[f"entered_{stage}_at"] - cycles["entered_inquiry_at"]
        reached = wait.between(pd.Timedelta(0), HORIZON)
        now, before = cycles["quarter"] == quarter, cycles["quarter"] == quarter - 1
        change = reached[now].mean() - reached[before].mean()
        for dimension in DIMENSIONS:
            rows = found.loc[(quarter, stage, dimension)]
            members = set(cycles.loc[now | before, dimension])
            assert set(rows.index) == members
            assert rows["member_effect"].sum() == pytest.approx(change, abs=1e-12)
            assert rows["conversion_change"].unique() == pytest.approx([change])
            for member, row in rows.iterrows():
                mine = cycles[dimension] == member
                share, was = mine[now].mean(), mine[before].mean()
                rate, was_rate = reached[now & mine].mean(), reached[before & mine].mean()
                if pd.isna(rate) or pd.isna(was_rate):
                    known = was_rate if pd.isna(rate) else rate
                    mix, own = (share - was) * known, 0.0
                else:
                    mix = (share - was) * (rate + was_rate) / 2
                    own = (share + was) / 2 * (rate - was_rate)
                assert row["mix_effect"] == pytest.approx(mix, abs=1e-12)
                assert row["rate_effect"] == pytest.approx(own, abs=1e-12)
                checked += 1
    assert checked > 300


def test_planned_conversion_per_quarter_is_recovered(table, answers):
    """The plan's leads convert alike in all quarters: all change is chance (4 standard errors)."""
    found = table("reports.rpt_conversion_change").query("stage == 'opportunity'")
    quarters = (
        found[found["dimension"] == "owner_name"].groupby("quarter_starting").sum(numeric_only=True)
    )
    for row in quarters.itertuples():
        trials = [row.entered_count, row.previous_entered_count]
        rate = (row.reached_count + row.previous_reached_count) / sum(trials)
        error = (rate * (1 - rate) * sum(1 / count for count in trials)) ** 0.5
        change = row.reached_count / trials[0] - row.previous_reached_count / trials[1]
        assert abs(change) < 4 * error
    rate = quarters["reached_count"].iloc[-1] / quarters["entered_count"].iloc[-1]
    paces = [answers["pace"], answers["added"]["salesforce@emea"]["pace"]]
    groups = [pace[group] for pace in paces for group in ("leads", "contacts_alone")]
    planned = sum(g["opportunity"] for g in groups) / sum(g["people"] for g in groups)
    assert rate == pytest.approx(planned, abs=0.06)
