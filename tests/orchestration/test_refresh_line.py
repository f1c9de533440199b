"""The whole line with the real loader, dbt, Great Expectations and Dagster on the tiny project."""

import contextlib
import io
import shutil

import dagster as dg
import duckdb
import pytest
from tiny_project import write, write_leads, write_tiny_project

from orchestration.assets import RELEASE_KEY
from orchestration.code_location import JOB_NAME, build_definitions
from orchestration.dbt_runner import prepare_manifest
from orchestration.publishing.audit import list_runs
from orchestration.publishing.history import last_stamp
from orchestration.publishing.releases import current_release
from orchestration.refresh import RefreshError, refresh
from orchestration.refresh_lock import RefreshLock
from orchestration.settings import Settings

AS_OF = "2026-02-01T00:00:00"


@pytest.fixture(scope="module")
def line(tmp_path_factory):
    """One installation for the whole file: parsing and the first release are made once."""
    base = tmp_path_factory.mktemp("line")
    settings = Settings(base / "landing", base / "home", project_root=base / "project")
    write_tiny_project(settings)
    write_leads(settings, ["a", "b", "c", "d"])
    events, terminal = [], io.StringIO()
    with contextlib.redirect_stdout(terminal), contextlib.redirect_stderr(terminal):
        outcome = refresh(settings, as_of=AS_OF, reporter=events.append)
    return settings, outcome, events, terminal.getvalue()


def published_leads(settings) -> list[str]:
    with duckdb.connect(str(settings.published / "current.duckdb"), read_only=True) as client:
        return [row[0] for row in client.execute("from marts.dim_leads order by 1").fetchall()]


@pytest.fixture
def unharmed(line, tmp_path):
    """After a test the release is the one that was there before it, and so are the extracts."""
    settings = line[0]
    before = current_release(settings).id
    history = settings.history.read_bytes()
    shutil.copytree(settings.landing, tmp_path / "landing")
    yield settings
    assert current_release(settings).id == before
    # nothing is remembered that was not published
    assert settings.history.read_bytes() == history
    assert published_leads(settings) == ["a", "b", "c", "d"]
    shutil.rmtree(settings.landing)
    shutil.copytree(tmp_path / "landing", settings.landing)


def test_a_refresh_publishes_what_it_built_and_says_how(line):
    settings, outcome, events, _ = line

    manifest = outcome.release.manifest
    assert outcome.is_new
    assert published_leads(settings) == ["a", "b", "c", "d"]
    assert manifest["as_of"] == "2026-02-01T00:00:00"
    assert manifest["run_id"] == outcome.record.run_id
    assert manifest["row_counts"]["marts.dim_leads"] == 4
    [table] = manifest["tables"]
    assert (table["extracted_count"], table["loaded_count"]) == (4, 4)
    assert manifest["sources"]["generic"]["loaded_count"] == 4
    counts = manifest["checks"]["counts"]
    assert list(counts) == ["raw gate", "dbt tests", "mart gate"]
    assert counts["dbt tests"] == {"passed": 1, "warned": 0, "failed": 0, "errored": 0}
    finished = [event.step for event in events if event.is_finished]
    assert finished == ["load", "raw gate", "dbt", "mart gate", "publish"]


def test_the_terminal_is_left_to_the_summary(line):
    _, outcome, _, terminal = line
    assert terminal == ""
    assert "unique_dim_leads_lead_id" in (outcome.record.folder / "output.log").read_text()


def test_a_failing_dbt_test_names_test_model_and_rows(unharmed):
    write_leads(unharmed, ["a", "b", "b", "d"])

    with pytest.raises(RefreshError) as error:
        refresh(unharmed)

    assert str(error.value) == "dbt test unique_dim_leads_lead_id on dim_leads: 1 failing row"
    run = list_runs(unharmed)[0]
    assert (run.state, run.message) == ("failed", str(error.value))


def test_the_raw_gate_stops_before_dbt(unharmed):
    write_leads(unharmed, ["", "", "", ""])

    with pytest.raises(RefreshError, match=r"raw gate: .*raw.generic__leads.lead_id: 4 of 4 rows"):
        refresh(unharmed)

    run = unharmed.runs / list_runs(unharmed)[0].run_id
    assert not (run / "dbt.json").exists()


def test_the_mart_gate_stops_before_the_release(unharmed):
    """A table that shrank, and one that no model builds any more: the old one does not count."""
    write_leads(unharmed, ["a"])
    model = unharmed.dbt_project_dir / "models" / "marts" / "dim_dates.sql"
    text = model.read_text()
    model.unlink()
    try:
        with pytest.raises(RefreshError) as error:
            refresh(unharmed)
    finally:
        write(model, text)
    # dbt had taken its snapshot by then
    assert last_stamp(unharmed.history_draft) > last_stamp(unharmed.history)
    assert "mart gate: volume_drop failed on marts.dim_leads: observed 1" in str(error.value)
    assert "mart gate: has_columns errored on marts.dim_dates" in str(error.value)


def test_a_missing_required_column_is_named(unharmed):
    extract = unharmed.landing / "generic" / "leads" / "leads.csv"
    write(extract, extract.read_text().replace("created_at", "made_at"))
    # what an earlier load brought does not count in a full refresh, so nothing is left to build on
    with pytest.raises(RefreshError, match=r"generic/leads/leads.csv: .*created_at"):
        refresh(unharmed, full_refresh=True)


def test_a_project_that_cannot_be_parsed_is_a_message(unharmed):
    broken = unharmed.dbt_project_dir / "models" / "broken.sql"
    write(broken, "select * from {{ ref('nowhere') }}")
    try:
        with pytest.raises(RefreshError, match=r"(?s)dbt cannot parse the project: .*nowhere"):
            refresh(unharmed)
    finally:
        broken.unlink()


def run_job(settings, instance, **more):
    """A run as the web page and the schedule start it: nobody holds the lock for it."""
    job = build_definitions(settings).resolve_job_def(JOB_NAME)
    return job.execute_in_process(instance=instance, raise_on_error=False, **more)


def test_publishing_alone_in_a_run_of_its_own_is_refused(unharmed):
    with dg.DagsterInstance.ephemeral() as instance:
        result = run_job(unharmed, instance, asset_selection=[RELEASE_KEY])

    assert not result.success
    [failure] = [event for event in result.all_events if event.is_step_failure]
    message = failure.event_specific_data.error.message
    assert "not published: the extracts were not loaded in this run" in message
    assert "the mart gate did not run in this run" in message


def test_a_run_of_the_schedule_is_turned_away_by_the_same_lock(unharmed):
    with dg.DagsterInstance.ephemeral() as instance, RefreshLock(unharmed):
        result = run_job(unharmed, instance)
    assert not result.success
    errors = " ".join(str(event.event_specific_data) for event in result.all_events)
    assert "another refresh holds the lock: pid" in errors


def test_dagster_sees_lineage_and_checks(line):
    settings, outcome, *_ = line
    definitions = build_definitions(settings)
    graph = definitions.resolve_asset_graph()

    leads, dim_leads = dg.AssetKey(["generic", "leads"]), dg.AssetKey(["marts", "dim_leads"])
    assert graph.get(dim_leads).parent_keys == {leads}
    assert dim_leads in graph.get(RELEASE_KEY).parent_keys
    checks = {(key.asset_key, key.name) for key in graph.asset_check_keys}
    assert (leads, "gx_row_count_equals") in checks
    assert (dim_leads, "gx_volume_drop") in checks
    assert (dim_leads, "unique_dim_leads_lead_id") in checks
    assert definitions.resolve_schedule_def("daily").cron_schedule == "0 6 * * *"
    with dg.DagsterInstance.from_config(str(settings.dagster_home), "refresh.yaml") as instance:
        evaluations = [
            record.event_log_entry.dagster_event.event_specific_data
            for record in instance.fetch_materializations(dim_leads, limit=1).records
        ]
        run = instance.get_run_by_id(outcome.record.run_id)
    assert evaluations
    assert run.is_success


def test_nothing_new_is_no_run(unharmed):
    runs = len(list_runs(unharmed))
    outcome = refresh(unharmed, as_of=AS_OF)
    assert not outcome.is_new
    assert outcome.release.id == current_release(unharmed).id
    assert len(list_runs(unharmed)) == runs


def test_the_project_is_parsed_again_only_when_it_has_changed(unharmed):
    prepare_manifest(unharmed)
    parsed_at = unharmed.prepared_manifest.stat().st_mtime_ns
    prepare_manifest(unharmed)
    assert unharmed.prepared_manifest.stat().st_mtime_ns == parsed_at

    model = unharmed.dbt_project_dir / "models" / "intermediate" / "int_more.sql"
    write(model, "select 1 as i")
    try:
        assert "model.tiny.int_more" in prepare_manifest(unharmed)["nodes"]
    finally:
        model.unlink()
