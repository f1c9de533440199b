"""One change at a time, by hand: what it reaches is built again, and the rest is kept."""

from datetime import datetime
from pathlib import Path

import pytest
from ledger_builds import NO_SEEDS, Home, Project, find_differences, full_refresh_of
from small_extracts import Extracts, contact, event, first_extracts, session, submission

TOUCHES = "intermediate.int_touchpoints__touches"


class Ledger:
    """A small company and its ledger, built after every extract."""

    def __init__(self, folder: Path) -> None:
        self.project = Project(folder, ("hubspot", "web"))
        self.extracts = Extracts(folder / "landing")
        self.home = Home(self.project, "ledger", folder / "landing")
        taken_at = first_extracts(self.extracts)
        self.home.load("first", taken_at)
        self.build = self.home.built()

    def load(self, taken_at: datetime) -> None:
        self.home.load(f"taken {taken_at:%H}", taken_at)
        self.build = self.home.built(*NO_SEEDS)

    def touch(self, record: str, column: str, source_object: str = "") -> object:
        """A column of the touch of a record."""
        named = f" and source_object = '{source_object}'" if source_object else ""
        rows = self.home.query(
            f"select {column} from {TOUCHES} where source_record_id = '{record}'{named}"
        )
        assert len(rows) == 1, (record, rows)
        return rows[0][0]

    def lead_of(self, record: str) -> str | None:
        """The oldest record of the lead of a touch."""
        found = self.home.query(
            "select leads.source_record_id from intermediate.int_identity__leads as leads"
            f" inner join {TOUCHES} as touches on touches.lead_key = leads.lead_key"
            f" where touches.source_record_id = '{record}' and touches.source_object != 'contact'"
        )
        return found[0][0] if found else None

    def check_list(self, unlisted: str) -> None:
        """Some touches were looked at again, and not this one."""
        looked_at = self.home.query(
            "select source_record_id from intermediate.int_changes__touches"
        )
        assert looked_at
        assert (unlisted,) not in looked_at

    def compare(self) -> None:
        """All tables are those of a full refresh; what went stale before would be so still."""
        fresh = full_refresh_of(self.home, self.project)
        differences = find_differences(self.home, fresh, self.build.relations)
        assert not differences, [str(each) for each in differences]


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    return Ledger(tmp_path_factory.mktemp("single_changes"))


def test_whoever_becomes_known_gets_the_touches(ledger: Ledger) -> None:
    assert ledger.lead_of("E-carl") is None
    assert ledger.lead_of("W1") is None
    assert ledger.lead_of("E-eve") == "eve"
    ledger.load(
        ledger.extracts.send(
            hubspot__contact=[contact("carl", "carl@c.test"), contact("eve", "frank@f.test")],
            web__sessions=[session("W4", "V1", "bob@b.test")],
        )
    )
    # Carl has arrived, Eve has another address, the visitor V1 has given one
    assert ledger.lead_of("E-carl") == "carl"
    assert (ledger.lead_of("E-eve"), ledger.lead_of("E-frank")) == (None, "eve")
    assert ledger.lead_of("W1") == "bob"
    ledger.check_list(unlisted="W2")


def test_what_is_said_of_a_record_elsewhere_reaches_its_touch(ledger: Ledger) -> None:
    assert ledger.touch("S1", "touch_class") == "interest"
    assert not ledger.home.query(f"select 1 from {TOUCHES} where source_record_id = 'E-untyped'")
    ledger.load(
        ledger.extracts.send(
            hubspot__form=[{"guid": "F1", "name": "Book a demo"}],
            hubspot__email_event_click=[{"id": "E-untyped", "url": "https://us.example/a"}],
            hubspot__engagement_meeting=[
                {
                    "engagement_id": "G1",
                    "property_hs_meeting_start_time": "2026-02-04T08:00:00Z",
                    "property_hs_meeting_outcome": "COMPLETED",
                    "property_hs_meeting_title": "Demo",
                }
            ],
        )
    )
    assert ledger.touch("S1", "touch_class") == "commitment"
    assert ledger.touch("E-untyped", "touch_type") == "email_click"
    assert ledger.home.count(f"{TOUCHES} where source_object = 'engagement_contact'") == 1
    ledger.check_list(unlisted="E-ann")
    ledger.compare()


def test_a_campaign_that_means_something_else_reaches_its_touches(ledger: Ledger) -> None:
    assert ledger.touch("W2", "campaign_key") == "utm:spring"
    ledger.load(
        ledger.extracts.send(hubspot__email_campaign=[{"id": "M2", "name": "Spring"}]),
    )
    for record in ("W2", "S2"):
        assert ledger.touch(record, "campaign_key") == "hubspot:M2"
    ledger.check_list(unlisted="E-ann")


def test_what_moves_leaves_nothing_behind(ledger: Ledger) -> None:
    ledger.load(
        ledger.extracts.send(
            hubspot__contact_merge_audit=[{"canonical_vid": "ann", "vid_to_merge": "bob"}],
            hubspot__contact_form_submission=[submission("S2", "carl", "F1")],
            hubspot__email_event=[event("E-frank", "ann@a.test", "OPEN")],
        )
    )
    assert (ledger.lead_of("W1"), ledger.lead_of("S2")) == ("ann", "carl")
    assert ledger.touch("E-frank", "touch_type") == "email_open"
    ledger.check_list(unlisted="E-carl")
    ledger.compare()


def test_what_was_built_without_the_lists_is_built_again(ledger: Ledger) -> None:
    taken_at = ledger.extracts.send(web__sessions=[session("W5", "V5")])
    ledger.home.load("without lists", taken_at)
    ledger.home.built("--select", "config.materialized:incremental")
    ledger.home.built(*NO_SEEDS)
    assert ledger.touch("W5", "touch_type") == "visit"


def test_a_table_is_kept_until_something_that_it_reads_changes(ledger: Ledger) -> None:
    kept = set(ledger.home.built().kept)
    assert {"int_touchpoints__touches", "dim_leads", "rpt_work_queue", "fct_touches"} <= kept
    # the lists, and what reads the loader's own books
    built = {relation.name.partition(".")[2] for relation in ledger.build.relations} - kept
    assert built
    assert all(name.startswith(("int_changes__", "stg_ledger__")) for name in built)

    # other words for the same: built again, and what reads it is kept
    model = "dbt_project/models/marts/dim_owners.sql"
    text = (ledger.project.folder / model).read_text()
    assert text.endswith("select * from final\n")
    (ledger.project.folder / model).write_text(text + "where true\n")
    ledger.project.parse()
    again = ledger.home.built().kept
    assert kept - set(again) == {"dim_owners"}

    # a cell of a seed reaches what reads it, here a table that is made as a whole
    seed = "Display,Paid media,marketing,true"
    ledger.project.change("seeds/channels.csv", seed, seed.replace("Paid media", "Media"))
    ledger.project.parse()
    again = ledger.home.built().kept
    assert "dim_channels" not in again
    assert {"dim_owners", "int_identity__leads", "int_touchpoints__touches"} <= set(again)

    # what somebody dropped is there again
    ledger.home.execute("drop table lead_ledger.marts.dim_owners")
    assert "dim_owners" not in ledger.home.built().kept
    assert ledger.home.query("select 1 from duckdb_tables() where table_name = 'dim_owners'")


def test_no_column_is_a_hugeint(ledger: Ledger) -> None:
    """A sum of whole numbers is one, and reading such a column costs many times as much."""
    found = ledger.home.query(
        "select table_name || '.' || column_name from duckdb_columns()"
        " where data_type = 'HUGEINT' and schema_name in ('staging', 'intermediate', 'marts')"
    )
    assert found == []
