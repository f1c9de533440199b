"""Paths of the demo company, walked again from its touches, and those that were planned."""

import csv
from collections import Counter
from decimal import Decimal
from itertools import groupby
from pathlib import Path

import pandas as pd
import pytest
from installation import CHECKOUT
from planned_wins import read_planned

DAY = pd.Timedelta(days=1)
LOOKBACK = 365 * DAY
ORGS = ["salesforce", "salesforce@emea"]
# of touches at one time: `systems` in dbt_project.yml; an org of Salesforce is Salesforce
SYSTEMS = ["salesforce", "hubspot", "web"]
ORDER = ["occurred_at", "priority", "system", "touch_id"]
SHOWN = 100
FORMS = {
    "unique": lambda steps: steps,
    "exposure": lambda steps: [channel for channel, _ in groupby(steps)],
    "first": lambda steps: list(dict.fromkeys(steps)),
    "frequency": lambda steps: [f"{channel}({times})" for channel, times in Counter(steps).items()],
}


def write(steps: list[str], form: str, is_direct_dropped: bool) -> str:
    """A path as the report shows it."""
    if is_direct_dropped:
        steps = [channel for channel in steps if channel != "direct"] or steps
    return " > ".join(FORMS[form](steps)) or "(unattributed)"


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    # broken lines have other numbers of fields
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:] if len(row) == len(rows[0])]


@pytest.fixture(scope="module")
def opportunities(ledger) -> pd.DataFrame:
    return ledger("marts.fct_opportunities")


@pytest.fixture(scope="module")
def members(demo, table, opportunities) -> dict[str, set[str]]:
    """Leads by opportunity: contact roles and converted leads, as the extracts name them."""
    stated = []
    for org in ORGS:
        for path in (demo.landing / org / "opportunity_contact_role").iterdir():
            stated += [
                (org, row["OpportunityId"], "contact", row["ContactId"])
                for row in read(path)
                if row["IsDeleted"] == "false"
            ]
        for path in (demo.landing / org / "lead").iterdir():
            stated += [
                (org, row["ConvertedOpportunityId"], "lead", row["Id"]) for row in read(path)
            ]
    for path in (demo.landing / "hubspot" / "deal_contact").iterdir():
        stated += [("hubspot", row["deal_id"], "contact", row["contact_id"]) for row in read(path)]
    aliases = table("marts.bridge_lead_aliases")
    keys = ["source_system", "source_object", "source_record_id"]
    lead_of = aliases.set_index(keys)["lead_id"].to_dict()
    known = opportunities.set_index(["source_system", "source_record_id"])["opportunity_id"]
    known = known.to_dict()
    found: dict[str, set[str]] = {}
    for system, opportunity, kind, record in stated:
        lead = lead_of.get((system, kind, record))
        if lead and (system, opportunity) in known:
            found.setdefault(known[system, opportunity], set()).add(lead)
    counts = opportunities.set_index("opportunity_id")["lead_count"]
    assert {key: len(leads) for key, leads in found.items()} == counts[counts > 0].to_dict()
    return found


@pytest.fixture(scope="module")
def touches(table) -> pd.DataFrame:
    """What can stand in a journey of somebody known, in the order of journeys."""
    frame = table("marts.fct_touches")
    frame = frame[frame["is_attributable"] & frame["lead_id"].notna()].copy()
    rules = pd.read_csv(CHECKOUT / "seeds" / "touch_rules.csv").set_index("touch_type")
    frame["priority"] = frame["touch_type"].map(rules["priority"])
    frame["system"] = frame["source_system"].str.split("@").str[0].map(SYSTEMS.index)
    return frame.sort_values(ORDER)


@pytest.fixture(scope="module")
def journeys(table, opportunities, members, touches) -> pd.DataFrame:
    """Every journey, converting or not: its steps, and what it came to after how many days."""
    new = opportunities.query("is_sales_pipeline and opportunity_type == 'new'")
    conversions = {
        "pipeline": new.assign(at=new["created_at"], amount=new["first_amount"]),
        "revenue": new.assign(at=new["closed_at"], amount=new["opportunity_amount"])[new["is_won"]],
    }
    # the campaign that the CRM names on an opportunity is a touch of that opportunity alone
    is_deals = touches["opportunity_id"].notna()
    of_deal = dict(list(touches[is_deals].groupby("opportunity_id")))
    of_lead = dict(list(touches[~is_deals].groupby("lead_id")))
    nothing = touches.iloc[:0]
    # somebody whose records are all deleted can have taken part, but is nobody to win
    leads = set(table("marts.dim_leads")["lead_id"])
    rows = []
    for kind, deals in conversions.items():
        last: dict[str, pd.Timestamp] = {}
        for deal in deals.itertuples():
            # everybody in the demo's new business has a buying group
            group = members[deal.opportunity_id]
            last |= {lead: max(deal.at, last.get(lead, deal.at)) for lead in group}
            parts = [of_lead.get(lead, nothing) for lead in group]
            way = pd.concat([*parts, of_deal.get(deal.opportunity_id, nothing)]).sort_values(ORDER)
            way = way[way["occurred_at"].between(deal.at - LOOKBACK, deal.at)]
            days = (deal.at - way["occurred_at"].min()) / DAY
            rows.append((kind, True, way["channel"].tolist(), days, deal.amount))
        for lead in leads & of_lead.keys():
            way = of_lead[lead]
            way = way[way["occurred_at"] >= way["occurred_at"].max() - LOOKBACK]
            if lead in last:
                way = way[way["occurred_at"] > last[lead]]
            if len(way):
                rows.append((kind, False, way["channel"].tolist(), float("nan"), pd.NA))
    frame = pd.DataFrame(rows, columns=["kind", "is_converted", "steps", "days", "amount"])
    return frame.astype({"amount": "Int64"})


@pytest.fixture(scope="module")
def found(ledger) -> pd.DataFrame:
    return ledger("reports.rpt_top_paths")


@pytest.mark.parametrize("is_direct_dropped", [False, True])
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", ["pipeline", "revenue"])
def test_paths(found, journeys, kind, form, is_direct_dropped):
    rows = journeys[journeys["kind"] == kind]
    path = [write(steps, form, is_direct_dropped) for steps in rows["steps"]]
    of_path = rows.assign(path=path).groupby("path")
    paths = pd.DataFrame(
        {
            "journey_count": of_path.size(),
            "conversion_count": of_path["is_converted"].sum(),
            # where no amount is known there is none, which is not nothing
            "converted_amount": of_path["amount"].sum(min_count=1),
            "median_days_to_conversion": of_path["days"].median(),
        }
    ).reset_index()
    best = ["conversion_count", "journey_count", "path"]
    paths = paths.sort_values(best, ascending=[False, False, True])
    shown, rest = paths.iloc[:SHOWN], paths.iloc[SHOWN:]
    assert len(rest) > 0
    others = rest[["journey_count", "conversion_count", "converted_amount"]].sum(min_count=1)
    others = pd.DataFrame([{"path": "(other paths)", **others}])
    expected = pd.concat([shown, others], ignore_index=True)
    expected["path_rank"] = pd.array([*range(1, SHOWN + 1), None], dtype="Int64")
    expected["conversion_rate"] = expected["conversion_count"] / expected["journey_count"]
    report = select(found, kind, form, is_direct_dropped)
    assert report["converted_amount"].tolist() == expected["converted_amount"].tolist()
    pd.testing.assert_frame_equal(
        report[expected.columns], expected, check_dtype=False, rtol=1e-9, atol=1e-9
    )
    assert set(report["currency_code"]) == {"USD"}


def select(report: pd.DataFrame, kind: str, form: str, is_direct_dropped: bool) -> pd.DataFrame:
    rows = report[(report["conversion_type"] == kind) & (report["path_transform"] == form)]
    rows = rows[rows["is_direct_dropped"] == is_direct_dropped]
    return rows.sort_values("path_rank").reset_index(drop=True)


@pytest.mark.parametrize(
    ("kind", "part"), [("revenue", "won_new_business"), ("pipeline", "pipeline_new_business")]
)
def test_planned_conversions_are_all_on_a_path(found, answers, kind, part):
    """In every form of path, number and money of what was planned, to the cent."""
    planned = answers["all_systems"]["opportunities"][part]
    forms = found[found["conversion_type"] == kind].groupby(["path_transform", "is_direct_dropped"])
    assert len(forms) == 2 * len(FORMS)
    assert set(forms["conversion_count"].sum()) == {planned["count"]}
    assert set(forms["converted_amount"].sum()) == {int(Decimal(planned["total_usd"]) * 100)}


@pytest.fixture(scope="module")
def planned(answers) -> pd.DataFrame:
    """The sheet's journeys to a win, and of them what went before the opportunity began."""
    start = pd.Timestamp(answers["period"]["start"])
    money = {
        (kind, row.system, row.id): (row.at.tz_localize("UTC"), row.amount_usd)
        for kind, part in (("revenue", "won_new_business"), ("pipeline", "pipeline_new_business"))
        for row in read_planned(answers, part).itertuples()
    }
    sheets = {"salesforce": answers, "hubspot": answers["added"]["hubspot"]}
    rows = []
    for system, sheet in sheets.items():
        for journey in sheet["journeys"]["journeys"]:
            touches = [(pd.Timestamp(t["touched_at"]), t["channel"]) for t in journey["touches"]]
            for kind in ("revenue", "pipeline"):
                at, amount = money[kind, system, journey["opportunity_id"]]
                won_at = pd.Timestamp(journey["converted_at"])
                # an opportunity looks back further than its win: nothing may have been cut off
                if kind == "pipeline" and won_at - LOOKBACK > start:
                    continue
                way = [touch for touch in touches if touch[0] <= at]
                # the plan knows no order within a second
                moments = len({touch[0] for touch in way})
                if way and moments == len(set(way)):
                    days = (at - way[0][0]) / DAY
                    rows.append((kind, [channel for _, channel in way], days, amount))
    frame = pd.DataFrame(rows, columns=["kind", "steps", "days", "amount_usd"])
    frame["amount"] = (frame["amount_usd"] * 100).round().astype("Int64")
    return frame


@pytest.mark.parametrize("is_direct_dropped", [False, True])
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", ["pipeline", "revenue"])
def test_planned_journeys_are_recovered(found, planned, kind, form, is_direct_dropped):
    """A planned way is counted; where the plan has all conversions of a path, exactly."""
    rows = planned[planned["kind"] == kind]
    path = [write(steps, form, is_direct_dropped) for steps in rows["steps"]]
    report = select(found, kind, form, is_direct_dropped).set_index("path")
    last = report.iloc[SHOWN - 1]
    exact = 0
    for name, journeys in rows.assign(path=path).groupby("path"):
        count = len(journeys)
        if name not in report.index:
            # among the others: so many journeys are no more than the last path shown has
            assert (count, count) <= (last["conversion_count"], last["journey_count"]), name
            continue
        row = report.loc[name]
        assert row["conversion_count"] >= count, name
        if row["conversion_count"] == count:
            amount, days = journeys["amount"].sum(min_count=1), journeys["days"].median()
            assert [row["converted_amount"]] == [amount], name
            assert row["median_days_to_conversion"] == pytest.approx(days, rel=1e-9), name
            exact += 1
    # a way to a win is seldom gone twice; few openings lie a whole lookback before their win
    assert exact >= (20 if kind == "revenue" else 1)
