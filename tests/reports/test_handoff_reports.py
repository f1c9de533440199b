"""Decisions and reports about handoffs, derived once more from what is checked elsewhere."""

import csv
from datetime import date, datetime, timedelta
from math import sqrt

import numpy as np
import pandas as pd
import pytest
from installation import CHECKOUT

Z = 1.959964


@pytest.fixture(scope="module")
def handoffs(table) -> pd.DataFrame:
    frame = table("marts.fct_lead_handoffs")
    return frame[~frame["has_time_anomaly"]]


@pytest.fixture(scope="module")
def cycles(table) -> pd.DataFrame:
    return table("marts.fct_lead_lifecycle")


@pytest.fixture(scope="module")
def touches(table) -> pd.DataFrame:
    frame = table("marts.fct_touches")
    return frame[frame["lead_id"].notna() & frame["is_attributable"] & ~frame["is_inferred"]]


@pytest.fixture(scope="module")
def decisions(table) -> pd.DataFrame:
    return table("marts.fct_lead_qualifications")


@pytest.fixture(scope="module")
def rules() -> list[dict]:
    with (CHECKOUT / "seeds" / "qualification_rules.csv").open(newline="") as file:
        return [
            {
                "version": int(row["version"]),
                "from": date.fromisoformat(row["effective_from"]),
                "to": date.fromisoformat(row["effective_to"] or "9999-12-31"),
                "score": float(row["min_score"]),
                "interest": int(row["min_interest_touches"]),
                "evidence": row["evidence_needed"],
            }
            for row in csv.DictReader(file)
        ]


def judge(rule: dict, score: float | None, interest: int, committed: bool, spoken: bool) -> str:
    """What a version says; those that ship ask for no evidence, or for either kind."""
    if score is None or pd.isna(score):
        return "no_score"
    if score < rule["score"]:
        return "score_too_low"
    if interest < rule["interest"]:
        return "too_little_interest"
    if rule["evidence"] == "either" and not (committed or spoken):
        return "no_commitment_or_conversation"
    return "all_met"


def test_inputs_as_of_the_decision(demo, release, decisions, cycles, touches, rules):
    """Score, touches and verdict of Salesforce's decisions, from extracts and touches."""
    owners = release.execute(
        "select source_record_id, lead_id from marts.bridge_lead_aliases"
        " where source_system = 'salesforce' and source_object = 'lead'"
    ).fetchall()
    lead_of = dict(owners)
    scores: dict[str, list] = {}
    path = demo.landing / "salesforce/lead_history/LeadHistory_scores.csv"
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            at = datetime.fromisoformat(row["CreatedDate"][:19])
            scores.setdefault(lead_of.get(row["LeadId"]), []).append((at, float(row["NewValue"])))
    starts = {
        lead: group.sort_values("cycle_number")["started_at"].tolist()
        for lead, group in cycles.groupby("lead_id")
    }
    seen = {
        lead: list(zip(group["occurred_at"], group["touch_class"], strict=True))
        for lead, group in touches.groupby("lead_id")
    }
    crm = decisions[
        (decisions["decision_source"] == "crm") & (decisions["source_system"] == "salesforce")
    ]
    assert len(crm) > 1000
    for row in crm.itertuples():
        known = sorted(score for score in scores.get(row.lead_id, []) if score[0] <= row.decided_at)
        score = known[-1][1] if known else None
        since = starts[row.lead_id][row.cycle_number - 1] if row.cycle_number > 1 else datetime.min
        counts = {"interest": 0, "commitment": 0}
        for at, touch_class in seen.get(row.lead_id, []):
            counts[touch_class] += at >= since and at <= row.decided_at
        assert (row.score, row.interest_touch_count, row.commitment_touch_count) == pytest.approx(
            (np.nan if score is None else score, counts["interest"], counts["commitment"]),
            nan_ok=True,
        ), row
        (rule,) = (r for r in rules if r["from"] <= row.decided_at.date() <= r["to"])
        assert row.rule_version == rule["version"]
        assert row.verdict_reason == judge(
            rule,
            score,
            counts["interest"],
            counts["commitment"] > 0,
            row.has_two_way_conversation,
        ), row


def test_version_three_about_last_year(release, decisions, rules):
    """The documented query, on the release, against the rule worked out here."""
    query = (CHECKOUT / "docs" / "lifecycle.md").read_text().split("```sql\n")[1].split("```")[0]
    found = {tuple(row[:2]): row[2] for row in release.execute(query).fetchall()}
    year = decisions[
        (decisions["decision_source"] == "crm") & (decisions["decided_at"].dt.year == 2025)
    ]
    expected: dict[tuple[str, bool], int] = {}
    for row in year.itertuples():
        reason = judge(
            rules[2],
            row.score,
            row.interest_touch_count,
            row.commitment_touch_count > 0,
            row.has_two_way_conversation,
        )
        key = (row.verdict, reason == "all_met")
        expected[key] = expected.get(key, 0) + 1
    assert found == expected
    assert found["qualified", False] > 0
    assert found["not_qualified", True] > 0


def test_rules_decide_before_or_beside_the_crm(decisions, cycles):
    """The rules decide once in a cycle, within it, and never where they are not met."""
    by_rules = decisions[decisions["decision_source"] == "rules"]
    assert not by_rules.duplicated(["lead_id", "cycle_number"]).any()
    joined = by_rules.merge(cycles, on=["lead_id", "cycle_number"], validate="one_to_one")
    assert (joined["ended_at"].isna() | (joined["decided_at"] <= joined["ended_at"])).all()
    # a CRM decision that the rules share has one of the rules' own before it
    crm = decisions[(decisions["decision_source"] == "crm") & (decisions["verdict"] == "qualified")]
    earlier = crm.merge(by_rules, on=["lead_id", "cycle_number"], suffixes=("", "_rules"))
    assert len(earlier) == len(crm)
    same_rule = earlier[earlier["rule_version"] == earlier["rule_version_rules"]]
    assert (same_rule["decided_at_rules"] <= same_rule["decided_at"]).all()


def test_handoff_sla(table, handoffs):
    report = table("reports.rpt_handoff_sla")
    frame = handoffs.assign(
        all="(all)",
        month=handoffs["handed_off_at"].dt.strftime("%Y-%m-01"),
        owner=handoffs["owner_id"].fillna("(none)"),
        version=handoffs["rule_version"].astype("Int64").astype("string").fillna("(none)"),
    )
    columns = {
        "all": "all",
        "month": "month",
        "owner": "owner",
        "source_channel": "source_channel",
        "rule_version": "version",
    }
    expected = {}
    for breakdown, column in columns.items():
        for value, group in frame.groupby(column):
            due = group[group["sla_status"] != "pending"]
            ignored, worked = due["is_ignored"].sum(), due["first_activity_at"].notna().sum()
            expected[breakdown, value] = (
                *(len(group), len(due)),
                *((due["speed_to_lead_hours"] <= hours).sum() for hours in (1 / 12, 1, 24)),
                *((due["sla_status"] == status).mean() for status in ("met", "never")),
                *(ignored, ignored / (ignored + worked) if ignored + worked else np.nan),
                *(
                    (group["sla_status"] == status).sum()
                    for status in ("met", "late", "never", "pending")
                ),
                *(group["first_activity_at"].notna().sum(), group["is_status_only"].sum()),
                *((group["sales_decision"] == said).sum() for said in ("accepted", "rejected")),
                *((due["speed_to_lead_hours"] <= hours).mean() for hours in (1 / 12, 1, 24)),
                *(
                    group[name].median()
                    for name in ("speed_to_lead_hours", "speed_to_lead_business_hours")
                ),
            )
    found = {
        (row.breakdown, row.breakdown_value): (
            *(row.handoff_count, row.due_count, row.within_5_minutes_count),
            *(row.within_1_hour_count, row.within_24_hours_count, row.met_rate, row.never_rate),
            *(row.ignored_count, row.ignored_rate),
            *(row.met_count, row.late_count, row.never_count, row.pending_count),
            *(row.worked_count, row.status_only_count, row.accepted_count, row.rejected_count),
            *(row.within_5_minutes_rate, row.within_1_hour_rate, row.within_24_hours_rate),
            *(row.median_speed_to_lead_hours, row.median_speed_to_lead_business_hours),
        )
        for row in report.itertuples()
    }
    assert found.keys() == expected.keys()
    assert all(found[key] == pytest.approx(values, nan_ok=True) for key, values in expected.items())
    assert set(report["claimed_ignored_rate"]) == {0.7}
    assert "2010" in report["claimed_ignored_rate_source"][0]


def test_handoff_losses(table, handoffs, cycles):
    report = table("reports.rpt_handoff_losses")
    exited = cycles[cycles["outcome"].isin(["recycled", "disqualified", "lost"])]
    of_cycle = dict(
        list(handoffs.sort_values("handed_off_at").groupby(["lead_id", "cycle_number"]))
    )
    expected = {}
    for row in exited.itertuples():
        group = of_cycle.get((row.lead_id, row.cycle_number))
        if group is None:
            continue
        if group["first_activity_at"].isna().all():
            category, evidence = "not_worked", group["source_record_id"].iloc[0]
        elif group["accepted_at"].isna().all():
            category, evidence = "not_accepted", None
        elif group["sla_status"].iloc[0] != "met":
            first = group.sort_values("first_activity_at")
            category = "worked_late"
            evidence = first["first_activity_source_record_id"].iloc[0]
        else:
            category, evidence = "worked_and_lost", None
        expected[row.lead_id, row.cycle_number] = (category, evidence)
    found = {
        (row.lead_id, row.cycle_number): (row.loss_category, row.evidence_source_record_id)
        for row in report.itertuples()
    }
    assert found.keys() == expected.keys()
    events = table("marts.fct_lead_stage_events").sort_values("event_number")
    last = events.groupby(["lead_id", "cycle_number"])["source_record_id"].last().to_dict()
    for key, (category, evidence) in expected.items():
        assert found[key] == (category, evidence or last[key]), key
    assert {category for category, _ in expected.values()} == {
        *("not_worked", "not_accepted", "worked_late", "worked_and_lost")
    }


def test_work_queue(table, as_of, handoffs, cycles, touches):
    report = table("reports.rpt_work_queue")
    open_cycles = cycles[cycles["is_open"]].sort_values("cycle_number").groupby("lead_id").tail(1)
    last = touches.groupby("lead_id")["occurred_at"].max()
    committed = touches[touches["touch_class"] == "commitment"].groupby("lead_id")["occurred_at"]
    committed = committed.max()
    newest = handoffs.sort_values(["handed_off_at", "event_number"])
    newest = newest.groupby(["lead_id", "cycle_number"]).tail(1)
    newest = newest.set_index(["lead_id", "cycle_number"])
    expected = {}
    for row in open_cycles.itertuples():
        handoff = (
            newest.loc[(row.lead_id, row.cycle_number)]
            if (row.lead_id, row.cycle_number) in newest.index
            else None
        )
        touch_at, commitment_at = last.get(row.lead_id), committed.get(row.lead_id)
        is_cold = touch_at is None or as_of - touch_at > timedelta(days=180)
        if row.current_stage == "opportunity":
            verdict = "play", "open_opportunity"
        elif commitment_at is not None and as_of - commitment_at <= timedelta(days=30):
            verdict = "play", "fresh_commitment"
        elif (
            handoff is not None
            and pd.isna(handoff["sales_decision"])
            and handoff["sla_status"] in ("pending", "never")
            and not is_cold
        ):
            verdict = "play", "waiting_for_first_contact"
        elif row.current_stage in ("sal", "sql") and not row.is_stalled:
            verdict = "play", "accepted_and_moving"
        elif is_cold:
            verdict = "pass", "no_touch_for_long"
        elif row.is_stalled and commitment_at is None:
            verdict = "pass", "stalled_without_commitment"
        else:
            verdict = (
                "nurture",
                "interest_only" if commitment_at is None else "commitment_gone_cold",
            )
        status = None if handoff is None else handoff["sla_status"]
        expected[row.lead_id] = (touch_at, commitment_at, status, *verdict)
    found = {
        row.lead_id: tuple(
            None if pd.isna(value) else value
            for value in (
                *(row.last_touch_at, row.last_commitment_at, row.sla_status),
                *(row.verdict, row.verdict_reason),
            )
        )
        for row in report.itertuples()
    }
    assert found == expected
    assert {verdict for *_, verdict, _ in expected.values()} == {"play", "pass", "nurture"}


def test_qualification_disagreement(table, decisions, cycles):
    report = table("reports.rpt_qualification_disagreement")
    outcome = cycles.set_index(["lead_id", "cycle_number"])
    expected: dict[tuple, list] = {}
    for key, group in decisions.sort_values("decided_at").groupby(["lead_id", "cycle_number"]):
        crm = group[group["decision_source"] == "crm"].head(1)
        ours = group[group["decision_source"] == "rules"].head(1)
        agreement = "both" if len(crm) and len(ours) else "crm_only" if len(crm) else "rules_only"
        reason = crm["verdict_reason"].iloc[0] if len(crm) else "all_met"
        sides = pd.concat([crm, ours]).sort_values("decided_at", kind="stable")
        month = sides["decided_at"].iloc[0].strftime("%Y-%m-01")
        lag = (
            (ours["decided_at"].iloc[0] - crm["decided_at"].iloc[0]) / timedelta(days=1)
            if agreement == "both"
            else np.nan
        )
        cell = (month, int(sides["rule_version"].iloc[0]), agreement, reason)
        expected.setdefault(cell, []).append(
            (
                pd.notna(outcome.loc[key, "entered_opportunity_at"]),
                outcome.loc[key, "outcome"] == "won",
                lag,
            )
        )
    found = {
        (
            row.decision_month.strftime("%Y-%m-01"),
            int(row.rule_version),
            row.agreement,
            row.verdict_reason,
        ): (
            *(row.cycle_count, row.opportunity_cycle_count, row.won_cycle_count),
            row.median_rules_behind_crm_days,
        )
        for row in report.itertuples()
    }
    assert found.keys() == expected.keys()
    for cell, rows in expected.items():
        reached, won, lags = (np.array(values, dtype=float) for values in zip(*rows, strict=True))
        assert found[cell] == pytest.approx(
            (len(rows), reached.sum(), won.sum(), np.median(lags)), nan_ok=True
        ), cell
    assert {agreement for _, _, agreement, _ in expected} == {"both", "crm_only", "rules_only"}


def test_planned_decisions_of_the_crms_are_recovered(table, answers):
    """Every cycle that a CRM was planned to call an MQL, on either side of the rules.

    The plan has people who are deleted, merged or joined later, and a sample of HubSpot's own: 1 %.
    """
    planned = answers["scores"]["decisions"]
    planned += answers["added"]["salesforce@emea"]["scores"]["decisions"]
    planned += len(
        {
            (lead["lead_id"], cycle)
            for lead in answers["added"]["hubspot"]["stages"]["leads"]
            for stage, _, cycle, is_inferred in lead["entries"]
            if stage == "mql" and not is_inferred
        }
    )
    report = table("reports.rpt_qualification_disagreement")
    decided = report[report["agreement"].isin(["both", "crm_only"])]
    assert decided["cycle_count"].sum() == pytest.approx(planned, rel=0.01)


def auc_with_interval(hits: np.ndarray, misses: np.ndarray) -> tuple[float, float, float]:
    """Every pair counted, and the variance of DeLong from the share that each one beats."""
    wins = (hits[:, None] > misses) + 0.5 * (hits[:, None] == misses)
    error = sqrt(
        wins.mean(axis=1).var(ddof=1) / len(hits) + wins.mean(axis=0).var(ddof=1) / len(misses)
    )
    auc = wins.mean()
    return auc, max(auc - Z * error, 0), min(auc + Z * error, 1)


def wilson(hits: int, trials: int) -> tuple[float, float]:
    """The two shares p at which `hits` lies z standard errors of p away: roots of a square."""
    share = hits / trials
    roots = np.roots([1 + Z**2 / trials, -(2 * share + Z**2 / trials), share**2])
    return tuple(sorted(roots.real))


def test_score_calibration(table, as_of, decisions, cycles, handoffs):
    report = table("reports.rpt_score_calibration")
    leads = table("marts.dim_leads").set_index("lead_id")["account_id"]
    won = table("marts.fct_opportunities")
    last_won = won[won["is_won"]].groupby("account_id")["closed_at"].max()
    crm = decisions[(decisions["decision_source"] == "crm")]
    first = crm.sort_values("event_number").groupby(["lead_id", "cycle_number"]).head(1)
    frame = first.merge(cycles, on=["lead_id", "cycle_number"]).merge(
        handoffs, on=["lead_id", "cycle_number", "event_number"], suffixes=("", "_handoff")
    )
    frame = frame[as_of - frame["decided_at"] >= timedelta(days=90)]
    lag = frame["entered_opportunity_at"] - frame["decided_at"]
    frame = frame.assign(
        hit=~frame["is_opportunity_inferred"] & (lag >= timedelta(0)) & (lag <= timedelta(days=90)),
        lost=frame["first_activity_at"].notna() & ~frame["outcome"].isin(["open", "won"]),
        bought=frame["rejected_at"] < frame["lead_id"].map(leads).map(last_won),
    )
    scored = frame[frame["score"].notna()]
    groups = {
        ("score", system): (group, "score")
        for system, group in scored.groupby("score_source_system")
    }
    groups["interest_touches", "(all)"] = frame, "interest_touch_count"
    groups["commitment_touches", "(all)"] = frame, "commitment_touch_count"
    assert set(zip(report["signal"], report["source_system"], strict=True)) == set(groups)
    for (signal, system), (group, column) in groups.items():
        rows = report[(report["signal"] == signal) & (report["source_system"] == system)]
        (total,) = rows[rows["decile"].isna()].itertuples()
        values, hit = group[column].to_numpy(dtype=float), group["hit"].to_numpy()
        assert (total.decision_count, total.hit_count) == (len(group), hit.sum())
        assert (total.worked_and_lost_count, total.rejected_then_won_count) == (
            group["lost"].sum(),
            group["bought"].sum(),
        )
        area = auc_with_interval(values[hit], values[~hit])
        assert (total.auc, total.auc_low, total.auc_high) == pytest.approx(area)
        assert total.verdict == ("guess" if area[1] <= 0.5 <= area[2] else "better_than_a_guess")
        assert np.isnan(total.brier_score)
        # a value's tenth is that of the middle of its ranks, the greatest first
        middle = group[column].rank(ascending=False, method="average") - 0.5
        tenth = (middle * 10 // len(group) + 1).astype(int)
        for decile, part in group.groupby(tenth):
            (row,) = rows[rows["decile"] == decile].itertuples()
            hits, trials = part["hit"].sum(), len(part)
            assert (row.decision_count, row.hit_count) == (trials, hits)
            assert (row.min_value, row.max_value) == (part[column].min(), part[column].max())
            assert (row.hit_low_rate, row.hit_high_rate) == pytest.approx(wilson(hits, trials))
            assert row.lift == pytest.approx((hits / trials) / (hit.sum() / len(group)))
        assert len(rows) == tenth.nunique() + 1
