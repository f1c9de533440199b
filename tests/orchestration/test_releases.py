import dataclasses
import hashlib
import json
import subprocess
import sys
import textwrap
from pathlib import Path

import duckdb
import pytest

from orchestration.publishing import releases
from orchestration.publishing.release_contents import drop_leftovers
from orchestration.publishing.releases import (
    ReleaseError,
    current_release,
    list_releases,
    publish,
    rollback,
)


def rows_read_by_a_client(settings) -> int:
    with duckdb.connect(str(settings.published / "current.duckdb"), read_only=True) as client:
        return client.execute("select count(*) from marts.fct_touches").fetchall()[0][0]


def ids(settings) -> list[str]:
    return [release.id for release in list_releases(settings)]


def test_a_release_has_the_published_layout(settings, make_marts, facts):
    make_marts(3)

    release = publish(settings, facts(0))

    assert release.id == "20260301T120000Z"
    files = {p.relative_to(release.path).as_posix() for p in release.path.rglob("*") if p.is_file()}
    assert files == {
        "lead_ledger.duckdb",
        "manifest.json",
        "parquet/marts/fct_touches.parquet",
        "parquet/reports/rpt_totals.parquet",
    }
    assert (settings.published / "current").readlink() == Path("releases/20260301T120000Z")
    assert (settings.published / "current.duckdb").readlink() == Path("current/lead_ledger.duckdb")
    parquet = settings.published / "current" / "parquet" / "marts" / "fct_touches.parquet"
    assert duckdb.sql(f"select count(*) from '{parquet}'").fetchall() == [(3,)]
    assert rows_read_by_a_client(settings) == 3


def test_the_manifest_is_true(settings, make_marts, facts):
    make_marts(3)
    publish(
        settings,
        facts(0, as_of="2026-02-28T00:00:00", version="0.1.0", fingerprint={"extracts": "abc"}),
    )

    path = settings.published / "current"
    manifest = json.loads((path / "manifest.json").read_text())

    assert manifest["release_id"] == "20260301T120000Z"
    assert (manifest["run_id"], manifest["as_of"]) == ("run-0", "2026-02-28T00:00:00")
    assert manifest["row_counts"] == {"marts.fct_touches": 3, "reports.rpt_totals": 1}
    assert manifest["schema"]["marts.fct_touches"] == {"touch_id": "BIGINT", "channel": "VARCHAR"}
    assert manifest["fingerprint"] == {"extracts": "abc"}
    assert len(manifest["files"]) == 3
    for name, file in manifest["files"].items():
        content = (path / name).read_bytes()
        assert file == {
            "sha256": hashlib.sha256(content).hexdigest(),
            "size_bytes": len(content),
        }


def test_the_manifest_names_schema_changes(settings, make_marts, in_marts, facts):
    make_marts(3)
    first = publish(settings, facts(0))
    in_marts(
        "alter table marts.fct_touches drop column channel",
        "alter table marts.fct_touches add column weight decimal(18, 6)",
        "alter table marts.fct_touches alter touch_id type varchar",
        "drop table reports.rpt_totals",
        "create table reports.rpt_other as select 1 as i",
    )

    second = publish(settings, facts(1))

    assert first.manifest["schema_changes"]["since"] is None
    assert second.manifest["schema_changes"] == {
        "since": first.id,
        "added_tables": ["reports.rpt_other"],
        "removed_tables": ["reports.rpt_totals"],
        "added_columns": ["marts.fct_touches.weight"],
        "removed_columns": ["marts.fct_touches.channel"],
        "changed_types": ["marts.fct_touches.touch_id: BIGINT -> VARCHAR"],
    }


def test_a_published_file_keeps_the_storage_version_that_older_clients_read(
    settings, make_marts, facts
):
    make_marts(1)
    release = publish(settings, facts(0))

    with duckdb.connect() as client:
        client.execute(f"attach '{release.database}' as release (read_only)")
        tags = client.execute(
            "select tags['storage_version'] from duckdb_databases() where database_name = 'release'"
        ).fetchall()
    assert tags == [("v1.0.0+",)]


def test_the_next_release_becomes_current_and_the_old_one_stays(settings, make_marts, facts):
    make_marts(3)
    first = publish(settings, facts(0))
    make_marts(5)
    second = publish(settings, facts(1))

    assert rows_read_by_a_client(settings) == 5
    assert current_release(settings).id == second.id
    with duckdb.connect(str(first.database), read_only=True) as client:
        assert client.execute("select count(*) from marts.fct_touches").fetchall() == [(3,)]


def test_runs_of_the_same_second_get_ids_of_their_own(settings, make_marts, facts):
    make_marts(1)

    published = [publish(settings, facts(0)).id for _ in range(3)]

    assert published == ["20260301T120000Z", "20260301T120000Z-2", "20260301T120000Z-3"]
    assert ids(settings) == published[::-1]


def test_rollback_goes_back_and_forth(settings, make_marts, facts):
    for minute, rows in enumerate((3, 5, 7)):
        make_marts(rows)
        publish(settings, facts(minute))
    newest, middle, oldest = ids(settings)

    assert rollback(settings).id == middle
    assert rows_read_by_a_client(settings) == 5
    assert rollback(settings).id == oldest
    assert rows_read_by_a_client(settings) == 3
    with pytest.raises(ReleaseError, match=f"no release before {oldest}"):
        rollback(settings)
    assert rollback(settings, newest).id == newest
    assert rows_read_by_a_client(settings) == 7


def test_rollback_to_an_unknown_release_names_the_known_ones(settings, make_marts, facts):
    make_marts(1)
    publish(settings, facts(0))

    with pytest.raises(ReleaseError, match=r"no release '../x'; there are: 20260301T120000Z"):
        rollback(settings, "../x")
    assert current_release(settings).id == "20260301T120000Z"


def test_the_last_releases_are_kept(settings, make_marts, facts):
    make_marts(1)
    for minute in range(5):
        publish(settings, facts(minute))

    assert ids(settings) == ["20260301T120400Z", "20260301T120300Z", "20260301T120200Z"]
    assert (
        sorted(p.name for p in (settings.published / "releases").iterdir()) == ids(settings)[::-1]
    )


def test_the_release_that_was_rolled_back_to_is_kept(settings, make_marts, facts):
    make_marts(1)
    for minute in range(3):
        publish(settings, facts(minute))
    oldest = ids(settings)[-1]
    rollback(settings, oldest)

    releases._prune(dataclasses.replace(settings, kept_releases=1))

    assert ids(settings) == ["20260301T120200Z", oldest]
    assert rows_read_by_a_client(settings) == 1


def test_what_a_crash_left_behind_goes_with_the_next_release(settings, make_marts, facts):
    make_marts(3)
    publish(settings, facts(0))
    leftover = settings.published / "releases" / ".tmp-20260301T120100Z"
    leftover.mkdir()
    (leftover / "lead_ledger.duckdb").write_bytes(b"half")

    assert ids(settings) == ["20260301T120000Z"]
    publish(settings, facts(1))

    assert not leftover.exists()
    assert rows_read_by_a_client(settings) == 3


@pytest.mark.parametrize("step", ["_copy", "export_parquet", "_sync_tree", "_flip"])
def test_a_process_killed_while_it_publishes_leaves_the_last_release(
    settings, make_marts, facts, step
):
    """The process really dies, before each of the steps that write."""
    make_marts(3)
    first = publish(settings, facts(0))
    make_marts(5)
    script = f"""
        import datetime, os, pathlib
        from orchestration.publishing import releases
        from orchestration.settings import Settings
        releases.{step} = lambda *arguments: os._exit(9)
        settings = Settings(pathlib.Path({str(settings.landing)!r}),
                            pathlib.Path({str(settings.home)!r}))
        started_at = datetime.datetime(2026, 3, 1, 12, 1, tzinfo=datetime.UTC)
        releases.publish(settings, releases.ReleaseFacts("killed", started_at))
    """
    killed = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], check=False)

    assert killed.returncode == 9
    assert current_release(settings).id == first.id
    assert rows_read_by_a_client(settings) == 3
    after = publish(settings, facts(2))
    assert current_release(settings).id == after.id
    assert rows_read_by_a_client(settings) == 5
    assert not list((settings.published / "releases").glob(".tmp-*"))


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("create schema staging", "schema staging does not belong in a release"),
        ("create table main.t as select 1 as i", "schema main does not belong in a release"),
        (
            "create view marts.v as select * from lead_ledger.marts.fct_touches",
            'view marts.v does not stand alone: .*"lead_ledger" does not exist',
        ),
        (
            "create view reports.v as select * from 'beside.parquet'",
            "view reports.v does not stand alone",
        ),
    ],
)
def test_what_does_not_belong_in_a_release_is_not_published(
    settings, make_marts, in_marts, facts, statement, message, tmp_path, monkeypatch
):
    make_marts(3)
    first = publish(settings, facts(0))
    monkeypatch.chdir(tmp_path)
    duckdb.sql("copy (select 1 as i) to 'beside.parquet'")
    in_marts(statement)

    with pytest.raises(ReleaseError, match=message):
        publish(settings, facts(1))

    assert current_release(settings).id == first.id
    assert not list((settings.published / "releases").glob(".tmp-*"))


def test_a_view_without_a_catalog_is_published_and_counted(settings, make_marts, in_marts, facts):
    make_marts(3)
    in_marts("create view marts.emails as select * from marts.fct_touches")

    release = publish(settings, facts(0))

    assert release.row_counts["marts.emails"] == 3
    assert (release.path / "parquet" / "marts" / "emails.parquet").exists()


def test_tables_of_models_that_are_gone_are_dropped(settings, make_marts, in_marts, facts):
    make_marts(3)
    in_marts(
        "create table marts.fct_touches__dbt_tmp as select 1 as i",
        "create view marts.gone as select 1 as i",
    )

    drop_leftovers(settings.marts, {"marts.fct_touches", "reports.rpt_totals"})

    release = publish(settings, facts(0))
    assert release.row_counts == {"marts.fct_touches": 3, "reports.rpt_totals": 1}


def test_without_marts_there_is_nothing_to_publish(settings, facts):
    with pytest.raises(ReleaseError, match="nothing to publish"):
        publish(settings, facts(0))


def test_a_reader_in_another_process_sees_the_old_release_until_it_reconnects(
    settings, make_marts, facts
):
    """The reader counts in a loop over one connection, then over a new one; it says what it saw."""
    make_marts(3)
    publish(settings, facts(0))
    script = f"""
        import duckdb, sys
        def count(client):
            return client.execute("select count(*) from marts.fct_touches").fetchall()[0][0]
        path = {str(settings.published / "current.duckdb")!r}
        client = duckdb.connect(path, read_only=True)
        for line in sys.stdin:
            if line.strip() == "reconnect":
                # the new connection is made while the old one is still open
                client, old = duckdb.connect(path, read_only=True), client
                print(count(client), count(old), flush=True)
            else:
                print({{count(client) for _ in range(50)}}, flush=True)
    """
    reader = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )

    def ask(what: str) -> str:
        reader.stdin.write(what + "\n")
        reader.stdin.flush()
        return reader.stdout.readline().strip()

    seen = [ask("count")]
    for minute, rows in enumerate((5, 7, 9, 11), start=1):
        make_marts(rows)
        publish(settings, facts(minute))
        seen.append(ask("count"))
    seen.append(ask("reconnect"))
    _, errors = reader.communicate(timeout=30)

    # the first release is no longer kept by now, the reader still has its file
    assert "20260301T120000Z" not in ids(settings)
    assert seen == ["{3}"] * 5 + ["11 3"]
    assert (reader.returncode, errors) == (0, "")
