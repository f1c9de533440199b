"""The command line. Exit status: 0 done, 1 failed, 2 wrong use, 75 another refresh is running."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
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
    from orchestration.publishing.releases import rollback as roll_back

    with _usage_errors():
        target = roll_back(settings, release)
    click.echo(f"current is now release {target.id}")


@main.command()
@click.argument("before", required=False, metavar="[RELEASE]")
@click.argument("after", required=False, metavar="[RELEASE]")
@_home_option
@click.option("--json", "as_json", is_flag=True, help="For machines, with every event.")
def diff(before: str | None, after: str | None, home: Path | None, as_json: bool) -> None:
    """Show what changed from one RELEASE to another in the leads' stages, and why.

    With one RELEASE, to the current one; with none, from the one before that.
    """
    settings = Settings.from_environment(os.environ, home=home)
    from orchestration.comparing.comparison_view import show_comparison
    from orchestration.comparing.stage_events import compare_releases
    from orchestration.publishing.releases import find_release, release_before

    with _usage_errors():
        newer = find_release(settings, after)
        older = find_release(settings, before) if before else release_before(settings, newer)
        comparison = compare_releases(older, newer)
    if as_json:
        click.echo(json.dumps(comparison.as_document(), indent=2))
        return
    show_comparison(_console(), comparison)


@main.group()
def explain() -> None:
    """Show what a release knows and from which lines of which files it knows it."""


def _release_options(command: Callable[..., Any]) -> Callable[..., Any]:
    command = click.option("--json", "as_json", is_flag=True, help="For machines, all of it.")(
        command
    )
    command = click.option(
        "--release", help="The release that is asked.  [default: the current one]"
    )(command)
    return _home_option(command)


@explain.command("lead")
@click.argument("lead")
@_release_options
def explain_lead(lead: str, release: str | None, home: Path | None, as_json: bool) -> None:
    """Tell the story of LEAD: touches, activities, stages, cycles, opportunities, credits.

    LEAD is a lead id, also one of an older release, an email, or the id of a source record, also
    as system:id.
    """
    from orchestration.explaining.explanation_view import show_lead
    from orchestration.explaining.lead_story import tell_lead

    _explain(home, release, as_json, lambda reader: tell_lead(reader, lead), show_lead)


@explain.command("opportunity")
@click.argument("opportunity")
@_release_options
def explain_opportunity(
    opportunity: str, release: str | None, home: Path | None, as_json: bool
) -> None:
    """Tell the story of OPPORTUNITY, and who gets the credit for it under every model.

    OPPORTUNITY is its id, or the id of its source record, also as system:id.
    """
    from orchestration.explaining.explanation_view import show_opportunity
    from orchestration.explaining.opportunity_story import tell_opportunity

    _explain(
        home,
        release,
        as_json,
        lambda reader: tell_opportunity(reader, opportunity),
        show_opportunity,
    )


@explain.command("metric")
@click.argument("report")
@click.argument("filters", nargs=-1, metavar="[COLUMN=VALUE]...")
@_release_options
def explain_metric(
    report: str, filters: tuple[str, ...], release: str | None, home: Path | None, as_json: bool
) -> None:
    """Show the rows behind the figures of REPORT in the rows that the filters choose.

    No value (COLUMN=) asks for null; a date may be a month (2026-03).
    """
    from orchestration.explaining.explanation_view import show_figures
    from orchestration.explaining.figures import explain_figures

    _explain(
        home,
        release,
        as_json,
        lambda reader: explain_figures(reader, report, filters),
        show_figures,
    )


def _explain(
    home: Path | None,
    release_id: str | None,
    as_json: bool,
    tell: Callable[[Any], Any],
    show: Callable[[Any, Any], None],
) -> None:
    settings = Settings.from_environment(os.environ, home=home)
    from orchestration.explaining.release_reader import open_release
    from orchestration.publishing.releases import find_release

    with _usage_errors(), open_release(find_release(settings, release_id)) as reader:
        explanation = tell(reader)
    if as_json:
        click.echo(json.dumps(explanation, indent=2, default=_json_value))
    else:
        show(_console(), explanation)


def _json_value(value: Any) -> str:
    """Times as ISO 8601 in UTC; money as text, so that no cent is lost."""
    return value.isoformat() if isinstance(value, date) else str(value)


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
def _usage_errors() -> Iterator[None]:
    """Exit with the message where a release or a record is asked for that there is not."""
    from orchestration.publishing.releases import ReleaseError

    try:
        yield
    except ReleaseError as error:
        click.echo(f"lead-ledger: {error}", err=True)
        sys.exit(EXIT_USAGE)


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
