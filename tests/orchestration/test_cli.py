import json
import subprocess
import sys

import pytest
from tiny_project import write_leads

from orchestration.fingerprint import fingerprint
from orchestration.publishing.audit import RunRecord
from orchestration.publishing.releases import current_release, publish
from orchestration.settings import Settings


@pytest.fixture
def two_releases(settings, make_marts, facts):
    sources = {
        "generic": {
            "newest_extracted_at": "2026-02-28T10:00:00",
            "file_count": 2,
            "quarantined_file_count": 0,
            "extracted_count": 10,
            "loaded_count": 9,
            "rejected_count": 1,
        }
    }
    for minute, rows in enumerate((3, 5)):
        make_marts(rows)
        publish(settings, facts(minute, as_of="2026-02-28T00:00:00", sources=sources))
    return "20260301T120000Z", "20260301T120100Z"


def lines(done: subprocess.CompletedProcess) -> list[str]:
    return [" ".join(line.split()) for line in done.stdout.splitlines()]


@pytest.mark.parametrize("command", [(), ("refresh",), ("load",), ("status",), ("rollback",)])
def test_every_command_has_help(run_command, command):
    done = run_command(*command, "--help")
    assert done.returncode == 0
    assert "Usage:" in done.stdout


def test_status_before_the_first_release(run_command):
    done = run_command("status")
    assert (done.returncode, done.stdout) == (0, "No release yet: run `lead-ledger refresh`.\n")


def test_status_shows_releases_last_run_and_freshness(settings, two_releases, run_command):
    record = RunRecord(settings, "run-9")
    record.start({}, as_of=None, full_refresh=False)
    record.fail("mart gate: volume_drop failed on marts.dim_leads")

    text = "\n".join(lines(run_command("status")))

    assert "│ 20260301T120100Z │ 2026-02-28 00:00 │" in text
    assert "│ 6 │ current │" in text
    assert "│ 4 │ │" in text
    assert "Last run failed, started" in text
    assert "mart gate: volume_drop failed on marts.dim_leads" in text
    assert "│ generic │ 2026-02-28 10:00 │ 2 │ 9 │ 1 │" in text


def test_status_for_machines(two_releases, run_command):
    document = json.loads(run_command("status", "--json").stdout)
    older, newer = two_releases
    assert document["current"] == newer
    assert [(r["id"], r["rows"]) for r in document["releases"]] == [(newer, 6), (older, 4)]
    assert document["sources"]["generic"]["loaded_count"] == 9


def test_rollback_goes_to_the_release_before(settings, two_releases, run_command):
    done = run_command("rollback")
    assert (done.returncode, done.stdout) == (0, "current is now release 20260301T120000Z\n")
    assert current_release(settings).id == two_releases[0]


def test_rollback_goes_to_the_named_release(settings, two_releases, run_command):
    run_command("rollback")
    assert run_command("rollback", two_releases[1]).returncode == 0
    assert current_release(settings).id == two_releases[1]


def test_rollback_to_an_unknown_release_is_wrong_use(settings, two_releases, run_command):
    done = run_command("rollback", "20990101T000000Z")
    assert done.returncode == 2
    assert "no release '20990101T000000Z'; there are: 20260301T120100Z, 2026" in done.stderr
    assert current_release(settings).id == two_releases[1]


def test_a_time_that_is_none_is_wrong_use(run_command):
    done = run_command("refresh", "--as-of", "yesterday")
    assert done.returncode == 2
    assert "'yesterday' is not an ISO 8601 date or time" in done.stderr


def test_nothing_new_is_said_without_starting_the_stack(settings, make_marts, facts):
    """The same moment in another zone is the same moment; another moment would be new."""
    installation = Settings(landing=settings.landing, home=settings.home)
    write_leads(settings, ["a"])
    make_marts(1)
    as_of = "2026-01-31T12:00:00"
    publish(installation, facts(0, fingerprint=fingerprint(installation, as_of)))
    script = f"""if True:
        import sys
        from orchestration.cli import main
        main(["refresh", "--as-of", "2026-01-31T14:00:00+02:00",
              "--landing", {str(settings.landing)!r}, "--home", {str(settings.home)!r}],
             standalone_mode=False)
        heavy = ("dagster", "great_expectations", "dbt", "datagen", "pandas")
        print("imported:", [name for name in heavy if name in sys.modules])
    """
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert done.stdout == "nothing new since release 20260301T120000Z\nimported: []\n"
    assert (done.returncode, done.stderr) == (0, "")


def test_the_command_line_is_imported_without_the_stack():
    script = "import orchestration.cli, sys; print(sorted(set(sys.modules) & {*sys.argv[1:]}))"
    heavy = ["dagster", "great_expectations", "dbt", "duckdb", "pandas", "rich"]
    done = subprocess.run(
        [sys.executable, "-c", script, *heavy], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
