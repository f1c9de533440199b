from dataclasses import dataclass, replace

import pytest

from expectations.runner import CheckResult
from orchestration.dbt_runner import DbtNode, DbtResult
from orchestration.publishing.audit import AuditError, RunRecord, list_runs

PASSED = CheckResult(
    gate="raw",
    schema="raw",
    table="generic__leads",
    check="row_count_equals",
    column=None,
    severity="block",
    status="passed",
    observed=3,
    expected="3 rows",
    message="row_count_equals passed on raw.generic__leads: observed 3; expected 3 rows",
)
FAILED = replace(
    PASSED,
    status="failed",
    observed=2,
    message="row_count_equals failed on raw.generic__leads: observed 2; expected 3 rows",
)
MODEL = DbtNode("model.x.dim_leads", "model", "dim_leads", "dim_leads", "success", None, "OK")
TEST = DbtNode("test.x.unique", "test", "unique_lead_id", "dim_leads", "pass", 0, None)
BUILT = DbtResult(nodes=(MODEL, TEST), missing=(), exit_code=0)


@dataclass(frozen=True)
class Report:
    tables: tuple = ()
    notices: tuple = ()


@pytest.fixture
def record(settings):
    """A run in which every step ran and passed."""
    record = RunRecord(settings, "run-1")
    record.start({"extracts": "abc"}, as_of=None, full_refresh=False)
    record.record_load(Report())
    record.record_gate("raw", [PASSED])
    record.record_dbt(BUILT)
    record.record_gate("mart", [replace(PASSED, gate="mart")])
    return record


def test_a_run_in_which_everything_passed_may_be_published(record):
    record.verify()
    assert record.dbt == BUILT, "what was written is what is read"


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ("run", "the extracts were not loaded in this run"),
        ("load", "the extracts were not loaded in this run"),
        ("raw_gate", "the raw gate did not run in this run"),
        ("dbt", "dbt did not build in this run"),
        ("mart_gate", "the mart gate did not run in this run"),
    ],
)
def test_a_step_that_did_not_run_keeps_the_release_back(record, document, message):
    (record.folder / f"{document}.json").unlink()
    with pytest.raises(AuditError, match=message):
        record.verify()


def test_steps_in_another_order_prove_nothing(record):
    record.record_load(Report())
    with pytest.raises(AuditError, match="did not run in their order"):
        record.verify()


@pytest.mark.parametrize(
    ("checks", "message"),
    [
        ([], "the raw gate checked nothing"),
        ([PASSED, FAILED], "raw gate: row_count_equals failed on raw.generic__leads: observed 2"),
        ([replace(PASSED, status="errored", message="cannot be evaluated")], "cannot be evaluated"),
    ],
)
def test_a_gate_keeps_the_release_back(record, checks, message):
    record.record_gate("raw", checks)
    with pytest.raises(AuditError, match=message):
        record.verify()


def test_a_warning_does_not_keep_it_back_and_is_kept(record):
    errored = replace(FAILED, severity="warn", status="errored", message="cannot be evaluated")
    record.record_gate("raw", [PASSED, replace(FAILED, severity="warn"), errored])
    record.record_dbt(replace(BUILT, nodes=(MODEL, replace(TEST, status="warn", failures=4))))
    record.record_gate("mart", [replace(PASSED, gate="mart")])

    record.verify()

    assert record.check_counts() == {
        "raw gate": {"passed": 1, "warned": 1, "failed": 0, "errored": 1},
        "dbt tests": {"passed": 0, "warned": 1, "failed": 0, "errored": 0},
        "mart gate": {"passed": 1, "warned": 0, "failed": 0, "errored": 0},
    }
    assert record.warnings() == [
        "raw gate: row_count_equals failed on raw.generic__leads: observed 2; expected 3 rows",
        "raw gate: cannot be evaluated",
        "dbt test unique_lead_id on dim_leads: 4 failing rows",
    ]


@pytest.mark.parametrize(
    ("result", "message"),
    [
        (
            replace(BUILT, nodes=(MODEL, replace(TEST, status="fail", failures=3)), exit_code=1),
            "dbt test unique_lead_id on dim_leads: 3 failing rows",
        ),
        (
            replace(
                BUILT,
                nodes=(replace(MODEL, status="error", message="Binder Error\n  no column x"),),
                exit_code=1,
            ),
            "dbt model dim_leads ended as error: Binder Error no column x",
        ),
        (
            replace(BUILT, nodes=(MODEL, replace(TEST, status="skipped")), exit_code=1),
            "dbt skipped what depends on that: unique_lead_id",
        ),
        (replace(BUILT, missing=("fct_touches",)), "dbt did not build fct_touches"),
        (replace(BUILT, exit_code=2, error="no such profile"), "no such profile"),
    ],
)
def test_what_dbt_did_not_do_well_keeps_it_back(record, result, message):
    record.record_dbt(result)
    record.record_gate("mart", [replace(PASSED, gate="mart")])
    with pytest.raises(AuditError, match=message):
        record.verify()


def test_the_first_reason_of_a_run_stays(record, settings):
    record.fail("the cause")
    record.fail("what followed from it")

    [run] = list_runs(settings)
    assert (run.state, run.message) == ("failed", "the cause")


def test_a_run_whose_process_is_gone_was_interrupted(record, settings):
    [run] = list_runs(settings)
    assert run.state == "running"
    document = record.folder / "run.json"
    pid = record.run["pid"]
    # the highest pid of Linux is 2^22
    document.write_text(document.read_text().replace(f'"pid": {pid}', '"pid": 4194305'))

    [run] = list_runs(settings)
    assert run.state == "interrupted"


def test_the_records_of_the_last_runs_are_kept(settings):
    few = replace(settings, kept_runs=2)
    for number in range(4):
        RunRecord(few, f"run-{number}").start({}, as_of=None, full_refresh=False)
    assert [run.run_id for run in list_runs(few)] == ["run-3", "run-2"]
