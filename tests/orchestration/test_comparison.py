"""Why two releases differ, each reason on the fewest rows that show it.

The releases are made by hand: what dbt would have written into three of their tables.
"""

import dataclasses

import duckdb
import pytest

from orchestration.comparing.stage_events import compare_releases
from orchestration.publishing.releases import ReleaseError, publish

TABLES = """
create schema if not exists marts;
create or replace table marts.fct_lead_stage_events (
    lead_id varchar, cycle_number bigint, event_number bigint, from_stage varchar,
    to_stage varchar, direction varchar, is_inferred boolean, has_time_anomaly boolean,
    occurred_at timestamp, time_precision varchar, opportunity_id varchar, source_system varchar,
    source_object varchar, source_record_id varchar, is_source_deleted boolean
);
create or replace table marts.bridge_lead_aliases (
    alias_id varchar, source_system varchar, source_object varchar, source_record_id varchar,
    lead_id varchar
);
create or replace table marts.bridge_source_records (
    source_system varchar, source_object varchar, source_record_id varchar, source_file varchar,
    source_line bigint, content_hash varchar
)
"""
RULES = {"configuration": {"seeds/stage_mapping.csv": "1", "expectations": "1"}}
OTHER_RULES = {"configuration": {"seeds/stage_mapping.csv": "2", "expectations": "1"}}
# what judges and describes tables and makes none
OTHER_TESTS = {
    "configuration": {
        "seeds/stage_mapping.csv": "1",
        "seeds/_seeds.yml": "2",
        "dbt_project/tests": "2",
        "expectations": "2",
    }
}


@dataclasses.dataclass(frozen=True)
class Event:
    """One row of the ledger; what is not said is as of most events."""

    lead: str = "one"
    stage: str = "mql"
    record: str = "history-1"
    day: int = 10
    came_from: str = "inquiry"
    opportunity: str | None = None
    is_deleted: bool = False

    def row(self, number: int) -> tuple:
        return (
            self.lead, 1, number, self.came_from, self.stage, "forward", False, False,
            f"2026-01-{self.day:02}", "second", self.opportunity, "crm", self.kind, self.record,
            self.is_deleted,
        )  # fmt: skip

    @property
    def kind(self) -> str:
        return self.record.split("-")[0]


@pytest.fixture
def release(settings, facts):
    """Publish a release of events, people (record → lead) and contents (record → hash)."""
    minute = 0

    def make(
        events: list[Event],
        people: dict[str, str],
        contents: dict[str, str],
        settings=settings,
        **more,
    ):
        nonlocal minute
        minute += 1
        settings.home.mkdir(parents=True, exist_ok=True)
        with duckdb.connect(str(settings.marts)) as connection:
            connection.execute(TABLES)
            for table, rows in {
                "fct_lead_stage_events": [event.row(n) for n, event in enumerate(events, 1)],
                "bridge_lead_aliases": [
                    (record, "crm", "person", f"person-{record}", lead)
                    for record, lead in people.items()
                ],
                "bridge_source_records": [
                    ("crm", record.split("-")[0], record, "crm/file.csv", line, content)
                    for line, (record, content) in enumerate(contents.items(), 2)
                ],
            }.items():
                for row in rows:
                    marks = ", ".join("?" * len(row))
                    connection.execute(f"insert into marts.{table} values ({marks})", row)
        more = {"as_of": "2026-02-01T00:00:00", "fingerprint": RULES, **more}
        return publish(settings, facts(minute, **more))

    return make


PEOPLE = {"one": "one", "two": "two"}
CONTENTS = {"person-one": "a", "person-two": "b", "history-1": "c", "deal-1": "d"}
SAME = (PEOPLE, CONTENTS)

CASES = {
    "a new record": (
        ([], PEOPLE, {name: CONTENTS[name] for name in ("person-one", "person-two")}, RULES),
        ([Event()], *SAME, RULES),
        [("added", "new_data", "its source record is new")],
    ),
    "a record that says more of the past": (
        ([], PEOPLE, {**CONTENTS, "deal-1": "before"}, RULES),
        ([Event(record="deal-1")], *SAME, RULES),
        [("added", "correction", "its source record changed")],
    ),
    "a record that disappeared": (
        ([Event()], *SAME, RULES),
        ([], PEOPLE, {name: CONTENTS[name] for name in ("person-one", "person-two")}, RULES),
        [("removed", "correction", "its source record disappeared")],
    ),
    "a record that its system deleted": (
        ([Event()], *SAME, RULES),
        ([Event(is_deleted=True)], *SAME, RULES),
        [("changed", "correction", "its source record was deleted or restored")],
    ),
    "a record that says another time": (
        ([Event(day=10)], *SAME, RULES),
        ([Event(day=11)], PEOPLE, {**CONTENTS, "history-1": "x"}, OTHER_RULES),
        [("changed", "correction", "its source record changed")],
    ),
    "another stage by another rule": (
        ([Event(stage="mql")], *SAME, RULES),
        ([Event(stage="sql")], *SAME, OTHER_RULES),
        [
            ("removed", "configuration", "seeds/stage_mapping.csv"),
            ("added", "configuration", "seeds/stage_mapping.csv"),
        ],
    ),
    "another step before it": (
        ([Event(came_from="inquiry")], *SAME, RULES),
        (
            [Event(record="history-0", day=9, stage="mql"), Event(came_from="mql", stage="mql")],
            PEOPLE,
            {**CONTENTS, "history-0": "x"},
            OTHER_RULES,
        ),
        [
            ("added", "new_data", "its source record is new"),
            ("changed", "new_data", "another record of the lead is new"),
        ],
    ),
    "another step before it, while its own record changed otherwise": (
        ([Event()], *SAME, RULES),
        (
            [Event(record="history-0", day=9, stage="sal"), Event(came_from="sal")],
            PEOPLE,
            {**CONTENTS, "history-1": "x", "history-0": "x"},
            RULES,
        ),
        [
            ("added", "new_data", "its source record is new"),
            ("changed", "new_data", "another record of the lead is new"),
        ],
    ),
    "a step before it that disappeared": (
        (
            [Event(record="history-0", day=9, stage="sal"), Event(came_from="sal")],
            PEOPLE,
            {**CONTENTS, "history-0": "x"},
            RULES,
        ),
        ([Event(came_from="inquiry")], *SAME, OTHER_RULES),
        [
            ("removed", "correction", "its source record disappeared"),
            ("changed", "correction", "another record of the lead disappeared"),
        ],
    ),
    "two leads that are one person": (
        ([Event(lead="one"), Event(lead="two", record="history-2")], *SAME, RULES),
        (
            [Event(lead="one"), Event(lead="one", record="history-2", came_from="mql")],
            {"one": "one", "two": "one"},
            CONTENTS,
            RULES,
        ),
        [("changed", "identity", "the id of the lead changed")],
    ),
    "an event of a person who turned out to be two records": (
        ([Event(lead="one", came_from="inquiry")], *SAME, RULES),
        (
            [Event(lead="one", came_from="sal")],
            {"one": "one", "two": "one"},
            CONTENTS,
            OTHER_RULES,
        ),
        [("changed", "identity", "other records belong to the lead")],
    ),
    "an opportunity of two who are one person": (
        (
            [
                Event(lead="one", record="deal-1", opportunity="deal"),
                Event(lead="two", record="deal-1", opportunity="deal"),
            ],
            *SAME,
            RULES,
        ),
        (
            [Event(lead="one", record="deal-1", opportunity="deal")],
            {"one": "one", "two": "one"},
            CONTENTS,
            RULES,
        ),
        [("removed", "identity", "the id of the lead changed")],
    ),
    "somebody who joined an opportunity": (
        ([Event(lead="one", record="deal-1", opportunity="deal")], *SAME, RULES),
        (
            [
                Event(lead="one", record="deal-1", opportunity="deal"),
                Event(lead="two", record="deal-1", opportunity="deal"),
            ],
            *SAME,
            OTHER_TESTS,
        ),
        [("added", "new_data", "it is linked to the lead now")],
    ),
    "somebody who left an opportunity": (
        (
            [
                Event(lead="one", record="deal-1", opportunity="deal"),
                Event(lead="two", record="deal-1", opportunity="deal"),
            ],
            *SAME,
            RULES,
        ),
        ([Event(lead="one", record="deal-1", opportunity="deal")], *SAME, RULES),
        [("removed", "correction", "what links it to the lead changed")],
    ),
    "another place in the ledger": (
        ([Event()], *SAME, RULES),
        ([Event(record="history-0", stage="sal"), Event()], PEOPLE, CONTENTS, OTHER_RULES),
        [("added", "configuration", "seeds/stage_mapping.csv")],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_the_reason_is_read_from_the_releases(release, case):
    before, after, expected = CASES[case]
    releases = [
        release(events, people, contents, fingerprint=rules)
        for events, people, contents, rules in (before, after)
    ]
    comparison = compare_releases(*releases)
    found = [(event["change"], event["reason"], event["detail"]) for event in comparison.events]
    assert sorted(found) == sorted(expected)


def test_a_record_that_went_on_is_new_data_only_after_the_first_release(release):
    before = release([], PEOPLE, {**CONTENTS, "deal-1": "before"}, as_of="2026-01-20T00:00:00")
    events = [Event(record="deal-1", day=21, stage="mql"), Event(record="deal-1", stage="sal")]
    comparison = compare_releases(before, release(events, *SAME))
    assert [(event["to_stage"], event["reason"]) for event in comparison.events] == [
        ("sal", "correction"),
        ("mql", "new_data"),
    ]


def test_a_lead_changes_its_id_when_an_older_record_comes_and_when_it_is_split(release):
    before = release([], {"one": "one", "two": "two", "also-two": "two"}, {})
    after = release([], {"zero": "zero", "one": "zero", "two": "two", "also-two": "also-two"}, {})
    assert after.manifest["lead_ids"] == {
        "since": before.id,
        "lead_count": 2,
        "changed_lead_count": 2,
        "record_count": 3,
        "moved_record_count": 2,
    }


def test_leads_of_another_company_are_not_compared(release, settings):
    release([], PEOPLE, {})
    elsewhere = dataclasses.replace(settings, landing=settings.landing.with_name("elsewhere"))
    assert release([], PEOPLE, {}, settings=elsewhere).manifest["lead_ids"] == {"since": None}


def test_a_release_without_the_tables_cannot_be_compared(settings, make_marts, facts, release):
    make_marts(1)
    old = publish(settings, facts(50))
    new = release([], PEOPLE, {})
    with pytest.raises(ReleaseError, match=f"release {old.id} cannot be compared"):
        compare_releases(old, new)
