"""Everything that Dagster knows about this project, made from settings."""

import dagster as dg

from orchestration.assets import (
    RunOptions,
    build_dbt_models,
    build_mart_gate,
    build_raw_assets,
    build_raw_gate,
    build_release_asset,
)
from orchestration.dbt_runner import extract_sources, prepare_manifest
from orchestration.loading.contracts import read_contracts
from orchestration.progress import Reporter, report_nothing
from orchestration.refresh_lock import RefreshLock
from orchestration.settings import Settings

JOB_NAME = "refresh_job"
DAILY_AT_SIX = "0 6 * * *"


def build_definitions(
    settings: Settings, *, lock: RefreshLock | None = None, reporter: Reporter = report_nothing
) -> dg.Definitions:
    """Assets, checks, job and schedule of one installation.

    Parses the dbt project when it has changed since it was last parsed. `lock` is the one that
    the caller already holds; without it each run takes its own before its first step and keeps
    it to its end, so that runs from the web page and from the schedule wait for nobody and meet
    nobody.
    """
    manifest = prepare_manifest(settings)
    contracts = read_contracts(extract_sources(manifest))
    mart_gate = build_mart_gate(settings, manifest, reporter)
    job = dg.define_asset_job(
        JOB_NAME,
        selection=dg.AssetSelection.all(),
        description="Extracts to release: load, gate, dbt, gate, publish",
    )
    return dg.Definitions(
        assets=[
            build_raw_assets(settings, manifest, contracts, reporter),
            build_dbt_models(settings, manifest, reporter),
            build_release_asset(settings, manifest, reporter),
        ],
        asset_checks=[
            build_raw_gate(settings, manifest, contracts, reporter),
            *([mart_gate] if mart_gate else []),
        ],
        jobs=[job],
        schedules=[dg.ScheduleDefinition(name="daily", job=job, cron_schedule=DAILY_AT_SIX)],
        resources={
            "options": RunOptions(),
            "writer_lock": _lock_resource(lock or RefreshLock(settings)),
        },
        # DuckDB has one writer, and each process of its own would import everything again.
        executor=dg.in_process_executor,
    )


def _lock_resource(lock: RefreshLock) -> dg.ResourceDefinition:
    @dg.resource(description="Held from the first step of a run to its last")
    def writer_lock(_: dg.InitResourceContext):
        with lock:
            yield lock

    return writer_lock
