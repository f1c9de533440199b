"""The command line. Exit status: 0 done, 1 failed, 2 wrong use, 75 another refresh is running."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from orchestration.settings import Settings

EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_INTERRUPTED = 130
# Columns of the tables where no terminal says how many there are.
LOG_WIDTH = 120


class IsoTime(click.ParamType):
    """ISO 8601 date or time; without a zone it is UTC. Becomes ISO text in UTC without a zone."""

    name = "iso time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Normalise, so that the same moment written in two ways is the same."""
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is not an ISO 8601 date or time", param, ctx)
        if moment.tzinfo is not None:
            moment = moment.astimezone(UTC).replace(tzinfo=None)
        return moment.isoformat()


def _home_option(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option(
        "--home",
        type=click.Path(path_type=Path, file_okay=False),
        help="Everything that is written.  [default: $LEAD_LEDGER_HOME, else data/]",
    )(command)


def _landing_option(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option(
        "--landing",
        type=click.Path(path_type=Path, file_okay=False),
        help="The extracts.  [default: $LEAD_LEDGER_LANDING, else landing/]",
    )(command)


_full_refresh_option = click.option(
    "--full-refresh", is_flag=True, help="Rebuild everything, even when nothing is new."
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="lead-ledger")
def main() -> None:
    """Lead Ledger: from the extracts of your systems to a release that BI tools read."""


@main.command()
@_landing_option
@_home_option
@_full_refresh_option
@click.option("--as-of", type=IsoTime(), help="What counts as now.  [default: the newest extract]")
def refresh(landing: Path | None, home: Path | None, full_refresh: bool, as_of: str | None) -> None:
    """Load the extracts, build, check, and publish a release.

    An empty landing folder gets a demo company first. A refresh that fails leaves the current
    release as it was.
    """
    settings = Settings.from_environment(os.environ, landing=landing, home=home)
    from orchestration.console_progress import ConsoleProgress
    from orchestration.refresh import refresh as run_refresh
    from orchestration.summary import show_release, show_stale_sources

    console = _console()
    with _expected_ends(settings), ConsoleProgress(console) as progress:
        outcome = run_refresh(settings, full_refresh=full_refresh, as_of=as_of, reporter=progress)
    if outcome.is_new:
        show_release(console, settings, outcome.release)
    else:
        click.echo(f"nothing new since release {outcome.release.id}")
        show_stale_sources(console, outcome.release.manifest["sources"])


@main.command()
@_landing_option
@_home_option
@_full_refresh_option
def load(landing: Path | None, home: Path | None, full_refresh: bool) -> None:
    """Load the extracts only, and give `dbt build` its own copy of the raw tables.

    After it, `dbt build` works from dbt_project/ on dbt's target dev.
    """
    settings = Settings.from_environment(os.environ, landing=landing, home=home)
    from dataclasses import asdict

    from orchestration.console_progress import ConsoleProgress
    from orchestration.refresh import load_for_analysts
    from orchestration.summary import show_notices, show_tables

    console = _console()
    with _expected_ends(settings), ConsoleProgress(console) as progress:
        report = load_for_analysts(settings, full_refresh=full_refresh, reporter=progress)
    show_tables(console, [asdict(table) for table in report.tables])
    show_notices(console, report.notices)


@main.command()
@_home_option
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def status(home: Path | None, as_json: bool) -> None:
    """Show the releases, the last run, and how fresh the sources are."""
    settings = Settings.from_environment(os.environ, home=home)
    from dataclasses import asdict

    from orchestration.publishing.audit import list_runs
    from orchestration.publishing.releases import current_release, list_releases
    from orchestration.refresh_lock import current_holder
    from orchestration.summary import show_status

    releases, current = list_releases(settings), current_release(settings)
    runs, holder = list_runs(settings), current_holder(settings)
    if as_json:
        document = {
            "current": current.id if current else None,
            "releases": [
                {
                    "id": release.id,
                    "as_of": release.manifest["as_of"],
                    "published_at": release.manifest["published_at"],
                    "rows": sum(release.row_counts.values()),
                }
                for release in releases
            ],
            "last_run": asdict(runs[0]) if runs else None,
            "running": asdict(holder) if holder else None,
            "sources": current.manifest["sources"] if current else {},
        }
        click.echo(json.dumps(document, indent=2))
        return
    running = f"{holder.command} (pid {holder.pid} on {holder.host})" if holder else None
    show_status(_console(), releases, current, runs, running)


@main.command()
@click.argument("release", required=False)
@_home_option
def rollback(release: str | None, home: Path | None) -> None:
    """Make RELEASE, else the one before the current one, the one that readers see."""
    settings = Settings.from_environment(os.environ, home=home)
    from orchestration.publishing.releases import ReleaseError
    from orchestration.publishing.releases import rollback as roll_back

    try:
        target = roll_back(settings, release)
    except ReleaseError as error:
        click.echo(f"lead-ledger: {error}", err=True)
        sys.exit(EXIT_USAGE)
    click.echo(f"current is now release {target.id}")


@main.command("lock-rules")
def lock_rules() -> None:
    """Write new versions of seeds/qualification_rules.csv into its lock.

    A version that was locked cannot be changed any more: it is named, and nothing is written.
    """
    settings = Settings.from_environment(os.environ)
    from orchestration.rule_lock import LOCK_NAME, RuleLockError
    from orchestration.rule_lock import lock_rules as write_lock

    try:
        added = write_lock(settings.seeds_dir)
    except RuleLockError as error:
        click.echo(f"lead-ledger: {error}", err=True)
        sys.exit(EXIT_FAILED)
    for version in added:
        click.echo(f"locked {version}")
    if not added:
        click.echo(f"every version is in {LOCK_NAME} already")


def _console() -> Any:
    from rich.console import Console

    # The file is fixed here: while a run works, standard output goes to the run's log.
    return Console(file=sys.stdout, width=None if sys.stdout.isatty() else LOG_WIDTH)


@contextmanager
def _expected_ends(settings: Settings) -> Iterator[None]:
    """Exit with the status and the message of what may well happen, without a traceback."""
    from orchestration.refresh import RefreshError
    from orchestration.refresh_lock import EXIT_BUSY, RefreshBusyError

    try:
        yield
    except RefreshBusyError as busy:
        click.echo(f"lead-ledger: {busy}", err=True)
        sys.exit(EXIT_BUSY)
    except RefreshError as error:
        click.echo(f"lead-ledger: {error}", err=True)
        from orchestration.publishing.releases import current_release

        current = current_release(settings)
        kept = f"release {current.id} stays current" if current else "there is no release yet"
        click.echo(f"lead-ledger: nothing was published; {kept}", err=True)
        sys.exit(EXIT_FAILED)
    except KeyboardInterrupt:
        click.echo("lead-ledger: interrupted; nothing was published", err=True)
        sys.exit(EXIT_INTERRUPTED)


if __name__ == "__main__":
    main()
