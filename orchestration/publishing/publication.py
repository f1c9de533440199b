"""From a run that passed to its release: its audit verified, its facts in the manifest."""

import subprocess
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import duckdb

from orchestration.json_files import read_json
from orchestration.publishing.audit import RunRecord
from orchestration.publishing.releases import Release, ReleaseFacts, publish
from orchestration.settings import Settings

REPORT_SCHEMA = "reports"


def publish_run(settings: Settings, record: RunRecord) -> Release:
    """Publish what this run built, and nothing that this run has not proved.

    Raises AuditError when a step of this run is missing or did not pass.
    """
    record.verify()
    facts = ReleaseFacts(
        run_id=record.run_id,
        started_at=datetime.fromisoformat(record.run["started_at"]),
        as_of=_as_of(settings, record),
        version=_version(),
        git_commit=_git_commit(settings),
        checks={"counts": record.check_counts(), "warnings": record.warnings()},
        sources=_sources(settings),
        tables=tuple(record.load["tables"]),
        notices=tuple(record.load["notices"]),
        fingerprint=record.run["fingerprint"],
        reports=_explained_reports(settings),
    )
    release = publish(settings, facts)
    record.finish(release.id)
    return release


def _as_of(settings: Settings, record: RunRecord) -> str | None:
    """The clock that the models used; what was asked for where a project has no clock model."""
    with duckdb.connect(str(settings.warehouse), read_only=True) as connection:
        clock = connection.execute(
            "select count(*) from duckdb_tables()"
            " where schema_name = 'intermediate' and table_name = 'int_clock'"
        ).fetchall()
        if not clock[0][0]:
            return record.run["as_of"]
        rows = connection.execute("select as_of from intermediate.int_clock").fetchall()
    moment = rows[0][0] if rows else None
    return moment.isoformat(timespec="seconds") if moment else None


def _explained_reports(settings: Settings) -> dict[str, list[dict[str, Any]]]:
    """What each report says of the rows behind its figures, by its name (meta explained_by)."""
    manifest = read_json(settings.prepared_manifest) or {"nodes": {}}
    reports = {}
    for node in manifest["nodes"].values():
        if node["resource_type"] == "model" and node["schema"] == REPORT_SCHEMA:
            reports[node["alias"]] = node["config"].get("meta", {}).get("explained_by", [])
    return dict(sorted(reports.items()))


def _sources(settings: Settings) -> dict[str, dict[str, Any]]:
    """Files, records and the newest extract by source system, and which of its tables are stale.

    A table is stale while one of its files is refused: that file brought nothing.
    """
    with duckdb.connect(str(settings.warehouse), read_only=True) as connection:
        rows = connection.execute(
            "select source_system, count(*), count(*) filter (state = 'quarantined'),"
            " coalesce(sum(record_count), 0)::bigint, coalesce(sum(loaded_count), 0)::bigint,"
            " coalesce(sum(rejected_count), 0)::bigint,"
            " max(extracted_at) filter (state = 'loaded')"
            " from raw._files group by source_system order by source_system"
        ).fetchall()
        refused = connection.execute(
            "select files.source_system, files.source_object, files.source_file, lines.detail"
            " from raw._files as files"
            " left join raw._quarantine as lines"
            " on files.source_file = lines.source_file and lines.source_line is null"
            " where files.state = 'refused' order by files.source_file"
        ).fetchall()
    return {
        system: {
            "newest_extracted_at": newest.isoformat(timespec="seconds") if newest else None,
            "file_count": files,
            "quarantined_file_count": quarantined,
            "extracted_count": extracted,
            "loaded_count": loaded,
            "rejected_count": rejected,
            "stale": [
                {"object": source_object, "source_file": path, "reason": reason}
                for owner, source_object, path, reason in refused
                if owner == system
            ],
        }
        for system, files, quarantined, extracted, loaded, rejected, newest in rows
    }


def _version() -> str | None:
    try:
        return version("lead-ledger")
    except PackageNotFoundError:
        return None


def _git_commit(settings: Settings) -> str | None:
    """The commit of the checkout, marked when files differ from it; null outside of one."""
    if not (settings.project_root / ".git").exists():
        return None
    try:
        commit = _git(settings, "rev-parse", "--verify", "HEAD")
        changed = _git(settings, "status", "--porcelain", "--untracked-files=no")
    except (OSError, subprocess.SubprocessError):
        return None
    return f"{commit}-dirty" if changed else commit


def _git(settings: Settings, *arguments: str) -> str:
    return subprocess.run(
        ["git", "-C", str(settings.project_root), *arguments],
        check=True,
        capture_output=True,
        text=True,
        timeout=30,
    ).stdout.strip()
