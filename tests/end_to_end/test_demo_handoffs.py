"""Handoffs of the demo company: planned ones, on clocks that are worked out here."""

import csv
from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from installation import CHECKOUT

AS_OF = datetime(2026, 6, 30, 23, 59, 59)
SLA_SECONDS = 8 * 3600
IGNORE_AFTER = timedelta(days=30)
EXITS = {"recycled", "disqualified", "lost"}
ORGS = ["salesforce", "salesforce@emea"]


def read(path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    # broken lines have other numbers of fields
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:] if len(row) == len(rows[0])]


def of_system(answers: dict, system: str) -> dict:
    return answers if system == "salesforce" else answers["added"][system]


def to_time(text: str | None) -> datetime | None:
    return text and datetime.fromisoformat(text).astimezone(UTC).replace(tzinfo=None)


@pytest.fixture(scope="module")
def holidays() -> dict[str, set[date]]:
    found = defaultdict(set)
    for row in read(CHECKOUT / "seeds" / "holidays.csv"):
        found[row["time_zone"]].add(date.fromisoformat(row["date_day"]))
    return found


def business_seconds(start: datetime, end: datetime, zone: str, holidays: dict) -> int:
    """Seconds between two UTC moments in which it is 9 to 17 o'clock of a working day in `zone`."""
    place = ZoneInfo(zone)
    closed = holidays[zone] | holidays["*"]
    day = start.replace(tzinfo=UTC).astimezone(place).date()
    total = 0
    while day <= end.replace(tzinfo=UTC).astimezone(place).date():
        if day.weekday() < 5 and day not in closed:
            opens, closes = (
                datetime.combine(day, time(hour), place).astimezone(UTC).replace(tzinfo=None)
                for hour in (9, 17)
            )
            total += max(0, int((min(end, closes) - max(start, opens)).total_seconds()))
        day += timedelta(days=1)
    return total


@pytest.mark.parametrize("system", ORGS)
def test_planned_handoffs_one_by_one(demo, answers, release, holidays, system):
    sheet = of_system(answers, system)
    owner_of = {row["Id"]: row["OwnerId"] for row in read(demo.landing / system / "lead/Lead.csv")}
    zone_of = {
        row["Id"]: row["TimeZoneSidKey"] for row in read(demo.landing / system / "user/User.csv")
    }
    exits = {
        (lead["lead_id"], cycle): to_time(at)
        for lead in sheet["stages"]["leads"]
        for stage, at, cycle, _ in lead["entries"]
        if stage in EXITS
    }
    expected = {}
    for lead in sheet["handoffs"]["leads"]:
        zone = zone_of[owner_of[lead["lead_id"]]]
        for handed_off, cycle, first_activity, decision, decided in lead["handoffs"]:
            start, done = to_time(handed_off), to_time(first_activity)
            is_exited = (lead["lead_id"], cycle) in exits
            if done:
                seconds = (
                    max(int((done - start).total_seconds()), 0),
                    business_seconds(start, done, zone, holidays) if done > start else 0,
                )
                status = "met" if seconds[1] <= SLA_SECONDS else "late"
            else:
                seconds = None, None
                is_over = business_seconds(start, AS_OF, zone, holidays) > SLA_SECONDS
                status = "never" if is_over or is_exited else "pending"
            is_ignored = done is None and (is_exited or start + IGNORE_AFTER <= AS_OF)
            expected[lead["lead_id"], start] = (
                *(cycle, zone, done, *seconds, status, is_ignored),
                *(decision, to_time(decided), decision is not None and done is None),
            )
    found = {
        tuple(row[:2]): tuple(row[2:])
        for row in release.execute(
            "select alias.source_record_id, handoff.handed_off_at, handoff.cycle_number,"
            " time_zone, first_activity_at, cast(round(3600 * speed_to_lead_hours) as bigint),"
            " cast(round(3600 * speed_to_lead_business_hours) as bigint),"
            " sla_status, is_ignored, sales_decision, coalesce(accepted_at, rejected_at),"
            " is_status_only"
            " from marts.fct_lead_handoffs as handoff"
            " join marts.bridge_lead_aliases as alias using (lead_id)"
            " where alias.source_system = ? and alias.source_object = 'lead'",
            [system],
        ).fetchall()
    }
    sampled = {lead["lead_id"] for lead in sheet["handoffs"]["leads"]}
    found = {key: values for key, values in found.items() if key[0] in sampled}
    assert len(expected) == sheet["handoffs"]["count"] > 100
    assert {status for *_, status, _, _, _, _ in expected.values()} >= {"met", "late", "never"}
    assert found.keys() == expected.keys()
    wrong = {key: (found[key], values) for key, values in expected.items() if found[key] != values}
    assert wrong == {}


def test_share_of_ignored_handoffs(answers, release):
    """A quarter of the leads that never converted was planned not to be worked at all.

    What the sheet says of the sample holds for all to 5 points: the sample has every path, not the
    paths in their shares.
    """
    sheet = answers["handoffs"]
    (ignored,) = release.execute(
        "select avg(case when is_ignored then 1.0 else 0 end) from marts.fct_lead_handoffs"
        " where source_system = 'salesforce' and (is_worked or is_ignored)"
    ).fetchone()
    assert ignored == pytest.approx(sheet["without_activity"] / sheet["count"], abs=0.05)
    (share,) = release.execute(
        "select ignored_rate from reports.rpt_handoff_sla where breakdown = 'all'"
    ).fetchone()
    assert 0 < share < 0.7


@pytest.mark.parametrize("system", ORGS)
def test_zone_that_does_not_exist_is_reported(demo, answers, release, system):
    planted = of_system(answers, system)["defects"]["unknown_time_zone"]["ids"]
    rows = release.execute(
        "select source_object, source_record_id, source_file, source_line"
        " from reports.rpt_exceptions where reason = 'unknown_time_zone' and source_system = ?",
        [system],
    ).fetchall()
    assert [row[:2] for row in rows] == [("user", user) for user in planted]
    line = (demo.landing / rows[0][2]).read_text().splitlines()[rows[0][3] - 1]
    assert planted[0] in line
    assert release.execute(
        "select time_zone from marts.dim_owners where source_system = ? and source_record_id = ?",
        [system, planted[0]],
    ).fetchone() == (None,)


def test_owners_of_all_systems(demo, release):
    users = {row["Id"]: row for row in read(demo.landing / "salesforce/user/User.csv")}
    owners = release.execute(
        "select source_record_id, owner_name, team, is_active from marts.dim_owners"
        " where source_system = 'salesforce'"
    ).fetchall()
    assert {row[0]: row[1:] for row in owners} == {
        user: (row["Name"], row["Department"] or None, row["IsActive"] == "true")
        for user, row in users.items()
    }
    # every owner of HubSpot is in several teams or in one; the primary one is the same for all
    assert release.execute(
        "select distinct team, time_zone from marts.dim_owners where source_system = 'hubspot'"
    ).fetchall() == [("Second team", None)]


def test_list_mail_is_no_answer(demo, release):
    """What the marketing automation sent right after a creation is never the first answer."""
    mailed = {
        row["Id"]
        for row in read(demo.landing / "salesforce/task/Task.csv")
        if row["TaskSubtype"] == "ListEmail" or row["CallType"] == "Inbound"
    }
    answers = release.execute(
        "select first_activity_source_record_id from marts.fct_lead_handoffs"
        " where first_activity_source_object = 'task'"
    ).fetchall()
    assert len(answers) > 500
    assert mailed.isdisjoint(task for (task,) in answers)


@pytest.mark.parametrize(
    ("system", "verdict"), [("salesforce", "better_than_a_guess"), ("salesforce@emea", "guess")]
)
def test_planted_score_is_recovered(answers, release, system, verdict):
    """The area that the scores were drawn for lies in the interval, and within .05."""
    planted = of_system(answers, system)["scores"]
    auc, low, high, found, decisions = release.execute(
        "select auc, auc_low, auc_high, verdict, decision_count from reports.rpt_score_calibration"
        " where signal = 'score' and source_system = ? and decile is null",
        [system],
    ).fetchone()
    assert low <= planted["auc"] <= high
    assert auc == pytest.approx(planted["auc"], abs=0.05)
    assert found == verdict
    assert 0.6 * planted["decisions"] < decisions <= planted["decisions"]
