import datetime
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from tiny_project import write_tiny_project

from orchestration.publishing.releases import ReleaseFacts
from orchestration.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """An installation of its own: nothing under the checkout is read or written."""
    return Settings(
        landing=tmp_path / "landing",
        home=tmp_path / "home",
        project_root=tmp_path / "project",
        kept_releases=3,
    )


@pytest.fixture
def in_marts(settings: Settings) -> Callable[..., None]:
    """Run statements in the marts file, attached as dbt does it, and close it."""

    def execute(*statements: str) -> None:
        settings.home.mkdir(parents=True, exist_ok=True)
        with duckdb.connect() as connection:
            connection.execute(
                f"attach '{settings.marts}' as lead_ledger (storage_version 'v1.0.0')"
            )
            connection.execute("use lead_ledger")
            for statement in statements:
                connection.execute(statement)

    return execute


@pytest.fixture
def make_marts(in_marts: Callable[..., None]) -> Callable[[int], None]:
    """Write the marts: one fact of `rows` rows and a report."""

    def write(rows: int) -> None:
        in_marts(
            "create schema if not exists marts",
            "create schema if not exists reports",
            "create or replace table marts.fct_touches as"
            f" select range as touch_id, 'Email' as channel from range({rows})",
            f"create or replace table reports.rpt_totals as select {rows} as touch_count",
        )

    return write


@pytest.fixture
def facts() -> Callable[..., ReleaseFacts]:
    """Facts of a run that started `minute` minutes after noon."""

    def make(minute: int = 0, **more: object) -> ReleaseFacts:
        started_at = datetime.datetime(2026, 3, 1, 12, minute, tzinfo=datetime.UTC)
        return ReleaseFacts(run_id=f"run-{minute}", started_at=started_at, **more)

    return make


@pytest.fixture
def run_command(settings: Settings) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run `lead-ledger` as a user does, in a process of its own."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {
            **os.environ,
            "LEAD_LEDGER_HOME": str(settings.home),
            "LEAD_LEDGER_LANDING": str(settings.landing),
        }
        return subprocess.run(
            [sys.executable, "-m", "orchestration.cli", *arguments],
            env=environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    return run


@pytest.fixture
def tiny_project(settings: Settings) -> Settings:
    """A dbt project with one source and every published table, nearly all of them empty."""
    write_tiny_project(settings)
    return settings
