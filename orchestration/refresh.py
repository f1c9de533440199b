"""A refresh from the command line: the lock, the demo, nothing new, and the Dagster job."""

import contextlib
import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import duckdb

from orchestration.demo import write_demo_if_empty
from orchestration.fingerprint import fingerprint, has_extracts
from orchestration.progress import Reporter, StepProgress, report_nothing
from orchestration.publishing.audit import RunRecord
from orchestration.publishing.releases import Release, current_release
from orchestration.refresh_lock import RefreshLock
from orchestration.settings import Settings

if TYPE_CHECKING:
    from orchestration.loading.loader import LoadReport

# The web page keeps what steps print; here it goes to the run's own log.
DAGSTER_CONFIG = "telemetry:\n  enabled: false\n"
REFRESH_CONFIG = f"""{DAGSTER_CONFIG}compute_logs:
  module: dagster._core.storage.noop_compute_log_manager
  class: NoOpComputeLogManager
event_log_storage:
  module: orchestration.event_log
  class: PooledSqliteEventLogStorage
  config:
    base_dir: {{event_logs}}
"""


# Dagster's name for a run that was told to stop, by a key or by a signal.
INTERRUPTED = "DagsterExecutionInterruptedError"


class RefreshError(Exception):
    """A refresh did not publish; the message says why, for people."""


@dataclass(frozen=True)
class RefreshOutcome:
    """What a refresh led to: a new release with the record of its run, or nothing new."""

    release: Release
    record: RunRecord | None
    wrote_demo: bool

    @property
    def is_new(self) -> bool:
        """False when nothing was new since the current release."""
        return self.record is not None


def refresh(
    settings: Settings,
    *,
    full_refresh: bool = False,
    as_of: str | None = None,
    reporter: Reporter = report_nothing,
) -> RefreshOutcome:
    """Bring the extracts to a release, or say that nothing is new.

    `as_of` is ISO 8601 text in UTC. Raises RefreshBusyError when another process refreshes and
    RefreshError when no release came of it; the current release is then what it was.
    """
    with RefreshLock(settings) as lock:
        wrote_demo = write_demo_if_empty(settings)
        if wrote_demo:
            detail = f"no extracts: wrote the demo company to {settings.landing}"
            reporter(StepProgress("demo", 1, 1, detail, True))
        _refuse_to_empty(settings, full_refresh)
        digests = fingerprint(settings, as_of)
        current = current_release(settings)
        if current and not full_refresh and current.manifest["fingerprint"] == digests:
            return RefreshOutcome(current, None, wrote_demo)
        record = RunRecord(settings, str(uuid.uuid4()))
        record.start(digests, as_of, full_refresh)
        try:
            _run_job(settings, lock, record, as_of, full_refresh, reporter)
        except RefreshError as error:
            record.fail(str(error))
            raise
        except KeyboardInterrupt:
            record.fail("interrupted")
            raise
        except BaseException as error:
            record.fail(f"{type(error).__name__}: {error}".removesuffix(": "))
            raise
        release = current_release(settings)
        if release is None or release.id != record.run["release_id"]:
            raise RefreshError("the run ended without a release")
        return RefreshOutcome(release, record, wrote_demo)


def load_for_analysts(
    settings: Settings, *, full_refresh: bool = False, reporter: Reporter = report_nothing
) -> "LoadReport":
    """Load the extracts and copy the raw tables to where dbt's target dev reads them.

    Raises RefreshBusyError, and RefreshError with the loader's message.
    """
    with RefreshLock(settings):
        wrote_demo = write_demo_if_empty(settings)
        if wrote_demo:
            detail = f"no extracts: wrote the demo company to {settings.landing}"
            reporter(StepProgress("demo", 1, 1, detail, True))
        from orchestration.dbt_runner import (
            DbtProjectError,
            extract_sources,
            prepare_manifest,
        )
        from orchestration.loading.contracts import ContractError, read_contracts
        from orchestration.loading.loader import LoadError, load
        from orchestration.loading.raw_copy import copy_raw

        try:
            contracts = read_contracts(extract_sources(prepare_manifest(settings)))
            done = 0

            def tell(table: object) -> None:
                nonlocal done
                done += 1
                reporter(StepProgress("load", done, len(contracts), table.table))

            report = load(
                settings,
                contracts,
                batch_id=str(uuid.uuid4()),
                loaded_at=datetime.now(UTC),
                full_refresh=full_refresh,
                on_progress=tell,
            )
            copy_raw(settings.warehouse, settings.dev_warehouse)
        except (ContractError, DbtProjectError, LoadError, duckdb.Error) as error:
            raise RefreshError(str(error)) from error
        detail = f"raw tables in {settings.dev_warehouse}"
        reporter(StepProgress("load", done, done, detail, True))
        return report


def _refuse_to_empty(settings: Settings, full_refresh: bool) -> None:
    """Raise where a full refresh would drop what was loaded and find nothing to load again."""
    if full_refresh and not has_extracts(settings):
        raise RefreshError(
            f"no extracts in {settings.landing}: a full refresh would empty the warehouse"
        )


def _run_job(
    settings: Settings,
    lock: RefreshLock,
    record: RunRecord,
    as_of: str | None,
    full_refresh: bool,
    reporter: Reporter,
) -> None:
    with _output_to(record):
        # seconds of CPU: not before it is known that something is new
        from dagster import DagsterInstance

        from orchestration.code_location import JOB_NAME, build_definitions
        from orchestration.dbt_runner import DbtProjectError
        from orchestration.loading.contracts import ContractError

        try:
            definitions = build_definitions(settings, lock=lock, reporter=reporter)
        except (ContractError, DbtProjectError) as error:
            raise RefreshError(str(error)) from error
        settings.dagster_home.mkdir(parents=True, exist_ok=True)
        (settings.dagster_home / "dagster.yaml").write_text(DAGSTER_CONFIG, encoding="utf-8")
        # where Dagster itself would keep them
        event_logs = json.dumps(str(settings.dagster_home / "history" / "runs"))
        config = REFRESH_CONFIG.format(event_logs=event_logs)
        (settings.dagster_home / "refresh.yaml").write_text(config, encoding="utf-8")
        with DagsterInstance.from_config(str(settings.dagster_home), "refresh.yaml") as instance:
            result = definitions.resolve_job_def(JOB_NAME).execute_in_process(
                instance=instance,
                run_id=record.run_id,
                raise_on_error=False,
                run_config={
                    "loggers": {"console": {"config": {"log_level": "INFO"}}},
                    "resources": {
                        "options": {"config": {"as_of": as_of, "full_refresh": full_refresh}}
                    },
                },
            )
    if not result.success:
        reason = record.run.get("message") or _first_error(result)
        if INTERRUPTED in reason:
            raise KeyboardInterrupt
        raise RefreshError(reason)


def _first_error(result: object) -> str:
    """What Dagster says of a run that failed outside of our steps."""
    for event in result.all_events:
        if event.is_failure:
            error = getattr(event.event_specific_data, "error", None)
            if error is not None:
                message = (error.cause or error).message.strip()
                return message.removeprefix("dagster._core.definitions.events.Failure: ")
    return "the Dagster run failed"


@contextlib.contextmanager
def _output_to(record: RunRecord) -> Iterator[None]:
    """What Dagster and dbt say goes to the run's folder; the terminal is for the summary."""
    record.folder.mkdir(parents=True, exist_ok=True)
    with (
        (record.folder / "output.log").open("w", encoding="utf-8") as log,
        contextlib.redirect_stdout(log),
        contextlib.redirect_stderr(log),
    ):
        yield
