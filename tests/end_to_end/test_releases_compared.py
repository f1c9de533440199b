"""What we believed, and what changed: one small company in two releases.

    1  as of 26 January: six leads who got somewhere
    2  as of 10 March: Ann was accepted; Bob's date was corrected; Cyd's event is gone from the
       extract; Eve's address turned out to be Dan's; and "Working" now means sql

The figures below follow from these sentences by the rules of docs/lifecycle.md.
"""

import json
import re
import uuid
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest
from installation import Installation, copy_checkout

from orchestration.dbt_runner import (
    dbt_arguments,
    extract_sources,
    prepare_manifest,
    start_dbt,
)
from orchestration.fingerprint import fingerprint
from orchestration.loading.contracts import read_contracts
from orchestration.loading.loader import load
from orchestration.publishing.releases import Release, ReleaseFacts, publish
from orchestration.settings import Settings
from orchestration.steps import open_history

LEADS = """
lead_id,created_at,email
Ann,2026-01-05T08:00:00Z,ann@a.example
Bob,2026-01-06T08:00:00Z,bob@b.example
Cyd,2026-01-07T08:00:00Z,cyd@c.example
Dan,2026-01-08T08:00:00Z,dan@d.example
Eve,2026-01-09T08:00:00Z,{eve}
Fay,2026-01-10T08:00:00Z,fay@f.example
"""
EVENTS = """
event_id,object_type,object_id,stage,occurred_at
ann-1,lead,Ann,mql,2026-01-20T08:00:00Z
bob-1,lead,Bob,mql,{bob}T08:00:00Z
{cyd}dan-1,lead,Dan,mql,2026-01-25T08:00:00Z
eve-1,lead,Eve,sal,2026-01-24T08:00:00Z
fay-1,lead,Fay,Working,2026-01-26T08:00:00Z
"""
CYD = "cyd-1,lead,Cyd,mql,2026-01-22T08:00:00Z\n"
ACCEPTED = """
event_id,object_type,object_id,stage,occurred_at
ann-2,lead,Ann,sal,2026-03-10T08:00:00Z
"""

TESTS_LEFT_OUT = ["--exclude-resource-type", "test", "--exclude-resource-type", "unit_test"]
LEDGER = ["+lead_stage_events_history", "+bridge_lead_aliases", "+bridge_source_records"]


class Company:
    """The checkout, the extracts and the releases of the story."""

    def __init__(self, folder: Path) -> None:
        self.installation = Installation(folder, checkout=copy_checkout(folder / "checkout"))
        checkout = self.installation.checkout
        self.mapping = checkout / "seeds" / "stage_mapping.csv"
        self.settings = Settings(
            self.installation.landing, self.installation.home, project_root=checkout
        )
        project = checkout / "dbt_project" / "dbt_project.yml"
        project.write_text(re.sub(r"systems: \[.*?\]", "systems: [generic]", project.read_text()))

    def place(self, object_name: str, name: str, text: str) -> Path:
        return self.installation.place("generic", object_name, name, text.lstrip().encode())

    def release(self, *, full_refresh: bool = False) -> Release:
        """What a refresh does, load to flip, for the ledger alone and without what checks it."""
        contracts = read_contracts(extract_sources(prepare_manifest(self.settings)))
        started_at, run_id = datetime.now(UTC), str(uuid.uuid4())
        load(
            self.settings,
            contracts,
            batch_id=run_id,
            loaded_at=started_at,
            full_refresh=full_refresh,
        )
        open_history(self.settings)
        command = ["build", *TESTS_LEFT_OUT, "--select", *LEDGER]
        build = start_dbt(
            self.settings, dbt_arguments(self.settings, command, full_refresh=full_refresh)
        )
        output, _ = build.communicate()
        assert build.returncode == 0, output.decode()[-5000:]
        with duckdb.connect(str(self.settings.warehouse), read_only=True) as warehouse:
            [(as_of,)] = warehouse.execute("select as_of from intermediate.int_clock").fetchall()
        facts = ReleaseFacts(
            run_id, started_at, as_of.isoformat(), fingerprint=fingerprint(self.settings)
        )
        return publish(self.settings, facts)

    def diff(self, before: Release, after: Release) -> dict:
        done = self.installation.run("diff", before.id, after.id, "--json")
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout)


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Company:
    company = Company(tmp_path_factory.mktemp("company"))
    company.place("leads", "leads.csv", LEADS.format(eve="eve@e.example"))
    company.place("stage_events", "events.csv", EVENTS.format(bob="2026-01-21", cyd=CYD))
    company.first = company.release()
    company.place("leads", "leads.csv", LEADS.format(eve="DAN@d.example"))
    company.place("stage_events", "events.csv", EVENTS.format(bob="2026-01-23", cyd=""))
    company.place("stage_events", "accepted.csv", ACCEPTED)
    company.mapping.write_text(company.mapping.read_text().replace(",Working,sal", ",Working,sql"))
    # a full refresh makes everything again but what is remembered
    company.second = company.release(full_refresh=True)
    return company


def told(document: dict, reason: str) -> set[tuple]:
    """Change, source record and stage of the events that differ for one reason."""
    return {
        (event["change"], event["source_record_id"], event["to_stage"])
        for event in document["events"]
        if event["reason"] == reason
    }


def test_each_event_that_differs_has_its_reason(company):
    document = company.diff(company.first, company.second)
    assert told(document, "new_data") == {("added", "ann-2", "sal")}
    assert told(document, "correction") == {
        ("changed", "bob-1", "mql"),
        ("removed", "cyd-1", "mql"),
    }
    # Eve is Dan: her events are his, her creation is no start any more, and his mql comes a day
    # after her sal, so it is a step back
    assert told(document, "identity") == {
        ("removed", "Eve", "inquiry"),
        ("changed", "eve-1", "mql"),
        ("changed", "eve-1", "sal"),
        ("changed", "dan-1", "mql"),
    }
    # Working is sql now, so that sal is a stage that was skipped
    assert told(document, "configuration") == {
        ("changed", "fay-1", "sal"),
        ("added", "fay-1", "sql"),
    }
    assert document["configuration"] == ["seeds/stage_mapping.csv"]
    assert document["has_other_extracts"]
    # fourteen: six creations, an mql each of Ann, Bob, Cyd and Dan, and mql and sal of Eve and Fay
    # who skipped one; the same are Ann's two, the creations of Bob, Cyd, Dan and Fay, and Fay's mql
    assert document["event_counts"] == {"before": 14, "after": 14, "same": 7}
    assert [sum(by.values()) for by in document["counts"].values()] == [1, 2, 2, 4]


def test_a_changed_event_says_what_it_was_and_where_it_stands(company):
    document = company.diff(company.first, company.second)
    [event] = [event for event in document["events"] if event["source_record_id"] == "bob-1"]
    assert event["changed_columns"] == ["occurred_at"]
    assert event["before"]["occurred_at"] == "2026-01-21 08:00:00"
    assert event["after"]["occurred_at"] == "2026-01-23 08:00:00"
    assert (event["source_file"], event["source_line"]) == ("generic/stage_events/events.csv", 3)
    [dan] = [event for event in document["events"] if event["source_record_id"] == "dan-1"]
    assert (dan["before"]["direction"], dan["after"]["direction"]) == ("forward", "backward")


def test_the_other_way_round_what_was_added_is_removed(company):
    there = company.diff(company.first, company.second)
    back = company.diff(company.second, company.first)
    changes = {"added": "removed", "removed": "added", "changed": "changed"}
    assert {
        (changes[event["change"]], event["source_record_id"], event["to_stage"])
        for event in back["events"]
    } == {
        (event["change"], event["source_record_id"], event["to_stage"]) for event in there["events"]
    }
    assert company.diff(company.second, company.second)["events"] == []


def test_people_read_the_same(company):
    done = company.installation.run("diff")
    assert done.returncode == 0
    assert f"From release {company.first.id}, as of 2026-01-26T08:00:00" in done.stdout
    assert "other extracts; other configuration: seeds/stage_mapping.csv" in done.stdout
    assert "1 of 6 changed since release" in done.stdout
    assert "14 then, 14 now, 7 the same" in done.stdout
    assert company.installation.run("diff", "yesterday").returncode == 2


def test_every_release_says_how_many_leads_changed_their_id(company):
    assert company.first.manifest["lead_ids"] == {"since": None}
    assert company.second.manifest["lead_ids"] == {
        "since": company.first.id,
        "lead_count": 6,
        "changed_lead_count": 1,
        "record_count": 6,
        "moved_record_count": 1,
    }


@pytest.mark.parametrize(
    ("name", "believed_at"),
    [("first", "2026-01-26T08:00:00"), ("second", "2026-03-10T08:00:00")],
)
def test_what_we_believed_on_a_day_is_one_query(company, name, believed_at):
    """The history in the second release, asked for a day after each, is what that one said."""
    release = getattr(company, name)
    assert release.manifest["believed_at"] == believed_at
    with duckdb.connect() as connection:
        connection.execute(f"attach '{company.second.database}' as newest (read_only)")
        if release is not company.second:
            connection.execute(f"attach '{release.database}' as asked (read_only)")
        asked = "newest" if release is company.second else "asked"
        columns = [
            column
            for (column,) in connection.execute(
                "select column_name from information_schema.columns where table_catalog = ?"
                " and table_name = 'fct_lead_stage_events'",
                [asked],
            ).fetchall()
        ]
        day_after = f"(cast('{believed_at}' as timestamp) + interval 1 day)"
        believed = f"""
            select {", ".join(columns)} from newest.marts.lead_stage_events_history
            where believed_from_at < {day_after}
                and (believed_to_at is null or believed_to_at >= {day_after})
        """
        said = f"select {', '.join(columns)} from {asked}.marts.fct_lead_stage_events"
        assert connection.execute(f"({believed}) except all ({said})").fetchall() == []
        assert connection.execute(f"({said}) except all ({believed})").fetchall() == []
        assert connection.execute(f"select count(*) from ({said})").fetchall() == [(14,)]
