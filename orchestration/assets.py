"""The line as Dagster sees it: raw tables, gate, dbt models and tests, gate, release."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DbtCliInvocation, dbt_assets
from dagster_dbt.asset_utils import get_updated_cli_invocation_params_for_context
from packaging.version import Version

from expectations.runner import CheckResult
from orchestration import gates, steps
from orchestration.dbt_runner import (
    LEDGER_SOURCE,
    dbt_arguments,
    expected_nodes,
    forget_result,
    ledger_tables,
    start_dbt,
)
from orchestration.loading.contracts import SourceContract
from orchestration.progress import Reporter, StepProgress
from orchestration.publishing.audit import RunRecord, summarise
from orchestration.publishing.lead_ids import describe_lead_ids
from orchestration.publishing.release_contents import PUBLISHED_SCHEMAS
from orchestration.refresh_lock import RefreshLock
from orchestration.settings import Settings

Contracts = Mapping[tuple[str, str], SourceContract]
RELEASE_KEY = dg.AssetKey("published")
LAYERS_BY_KIND = {"seed": "seeds", "snapshot": "memory"}


class RunOptions(dg.ConfigurableResource):
    """What one refresh may ask for: everything rebuilt, and the time that counts as now."""

    full_refresh: bool = False
    as_of: str | None = None


def build_raw_assets(
    settings: Settings, manifest: Mapping[str, Any], contracts: Contracts, reporter: Reporter
) -> dg.AssetsDefinition:
    """One asset per contracted source table, under dagster-dbt's own source keys."""
    specs = [
        dg.AssetSpec(
            [contract.system, contract.object],
            group_name="raw",
            kinds={"duckdb"},
            description=f"Extracts of {contract.system}/{contract.object} as raw.{contract.table}",
        )
        for contract in contracts.values()
    ]
    specs += [
        dg.AssetSpec(
            key,
            group_name="raw",
            kinds={"duckdb"},
            description=f"What the loader writes about its own work: raw.{table}",
        )
        for table, key in _ledger_keys(manifest).items()
    ]

    @dg.multi_asset(name="raw_tables", specs=specs, can_subset=True)
    def raw_tables(
        context: dg.AssetExecutionContext,
        options: RunOptions,
        writer_lock: dg.ResourceParam[RefreshLock],
    ) -> Iterator[dg.MaterializeResult]:
        # A subset loads everything, too: what is loaded already costs nothing.
        with _as_failure():
            report = steps.load_extracts(
                settings,
                contracts,
                RunRecord(settings, context.run.run_id),
                reporter,
                as_of=options.as_of,
                full_refresh=options.full_refresh,
            )
        figures = {
            dg.AssetKey([table.system, table.object]): steps.table_metadata(table)
            for table in report.tables
        }
        for spec in specs:
            if spec.key in context.selected_asset_keys:
                yield dg.MaterializeResult(asset_key=spec.key, metadata=figures.get(spec.key, {}))

    return raw_tables


def build_raw_gate(
    settings: Settings, manifest: Mapping[str, Any], contracts: Contracts, reporter: Reporter
) -> dg.AssetChecksDefinition:
    """Gate 1 as blocking checks on the raw tables; one step and one GX context for all of them."""
    keys = {
        ("raw", contract.table): dg.AssetKey([contract.system, contract.object])
        for contract in contracts.values()
    }
    keys |= {("raw", table): key for table, key in _ledger_keys(manifest).items()}
    specs = _check_specs(gates.raw_check_names(contracts.values()), keys)

    @dg.multi_asset_check(name="raw_gate", specs=specs)
    def raw_gate(
        context: dg.AssetCheckExecutionContext, writer_lock: dg.ResourceParam[RefreshLock]
    ) -> Iterator[dg.AssetCheckResult]:
        record = RunRecord(settings, context.run.run_id)
        reporter(StepProgress("raw gate"))
        with steps.recorded(record):
            result = gates.run_raw_gate(settings, contracts.values())
        problems = steps.close_gate("raw", result.checks, record, reporter)
        yield from _check_results(specs, keys, result.checks, problems)

    return raw_gate


def build_dbt_models(
    settings: Settings, manifest: Mapping[str, Any], reporter: Reporter
) -> dg.AssetsDefinition:
    """One asset per model and seed, one asset check per data test; all in one dbt process."""

    @dbt_assets(manifest=manifest, name="dbt_build", dagster_dbt_translator=LedgerTranslator())
    def dbt_build(
        context: dg.AssetExecutionContext,
        options: RunOptions,
        writer_lock: dg.ResourceParam[RefreshLock],
    ) -> Iterator[Any]:
        record = RunRecord(settings, context.run.run_id)
        progress = steps.DbtProgress(manifest, reporter)
        with steps.recorded(record):
            invocation = _start_build(settings, manifest, context, options)
            for event in invocation.stream_raw_events():
                progress.take(event.raw_event)
                yield from event.to_default_asset_events(
                    manifest, invocation.dagster_dbt_translator, context, invocation.target_path
                )
            exit_code = invocation.process.wait()
            error = None if invocation.is_successful() else str(invocation.get_error())
            result = steps.close_dbt(settings, manifest, record, exit_code, error)
        progress.close(result)
        if exit_code:
            raise _failure(summarise(result.problems))

    return dbt_build


def build_mart_gate(
    settings: Settings, manifest: Mapping[str, Any], reporter: Reporter
) -> dg.AssetChecksDefinition | None:
    """Gate 2 as blocking checks on marts and reports; None when the project has none of them."""
    keys = _published_keys(manifest)
    specs = _check_specs(gates.mart_check_names(), keys)
    if not specs:
        return None

    @dg.multi_asset_check(name="mart_gate", specs=specs)
    def mart_gate(
        context: dg.AssetCheckExecutionContext, writer_lock: dg.ResourceParam[RefreshLock]
    ) -> Iterator[dg.AssetCheckResult]:
        record = RunRecord(settings, context.run.run_id)
        reporter(StepProgress("mart gate"))
        with steps.recorded(record):
            result = gates.run_mart_gate(settings, manifest)
        problems = steps.close_gate("mart", result.checks, record, reporter)
        yield from _check_results(specs, keys, result.checks, problems)

    return mart_gate


def build_release_asset(
    settings: Settings, manifest: Mapping[str, Any], reporter: Reporter
) -> dg.AssetsDefinition:
    """The release that BI tools read, made from marts and reports that passed in the same run."""

    @dg.asset(
        key=RELEASE_KEY,
        deps=sorted(_published_keys(manifest).values()),
        group_name="published",
        kinds={"duckdb", "parquet"},
        description="The release that BI tools read: a DuckDB file, Parquet and a manifest",
    )
    def published(
        context: dg.AssetExecutionContext, writer_lock: dg.ResourceParam[RefreshLock]
    ) -> dg.MaterializeResult:
        record = RunRecord(settings, context.run.run_id)
        with _as_failure():
            release = steps.publish_release(settings, record, reporter)
        return dg.MaterializeResult(
            metadata={
                "release": release.id,
                "as_of": release.manifest["as_of"] or "",
                "rows": sum(release.row_counts.values()),
                "database": dg.MetadataValue.path(str(settings.published / "current.duckdb")),
                "schema_changes": dg.MetadataValue.json(release.manifest["schema_changes"]),
                "lead_ids": describe_lead_ids(release.manifest["lead_ids"]),
                **{
                    name: count
                    for name, count in release.manifest["lead_ids"].items()
                    if name.startswith(("changed_", "moved_"))
                },
            }
        )

    return published


class LedgerTranslator(DagsterDbtTranslator):
    """Groups the models by the layer whose folder they lie in, seeds on their own."""

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """Name the layer: staging, intermediate, marts, reports, seeds, memory."""
        kind = dbt_resource_props["resource_type"]
        if kind in LAYERS_BY_KIND:
            return LAYERS_BY_KIND[kind]
        path = dbt_resource_props["fqn"]
        return path[1] if len(path) > 2 else super().get_group_name(dbt_resource_props)


def _start_build(
    settings: Settings,
    manifest: Mapping[str, Any],
    context: dg.AssetExecutionContext,
    options: RunOptions,
) -> DbtCliInvocation:
    """Start `dbt build` for the selected assets.

    Not by DbtCliResource: it would load dbt into this process once more, ask dbt for its version
    in another one, and hand on the whole environment. Together these cost seconds of each run.
    """
    from dbt.version import __version__ as dbt_version

    forget_result(settings.dbt_target_dir)
    steps.open_history(settings)
    selected = get_updated_cli_invocation_params_for_context(
        context=context, manifest=manifest, dagster_dbt_translator=LedgerTranslator()
    )
    command = ["build", "--exclude", "resource_type:unit_test", *selected.selection_args]
    if selected.indirect_selection:
        command += ["--indirect-selection", selected.indirect_selection]
    arguments = dbt_arguments(
        settings, command, as_of=options.as_of, full_refresh=options.full_refresh
    )
    return DbtCliInvocation(
        process=start_dbt(settings, arguments),
        manifest=selected.manifest,
        dagster_dbt_translator=selected.dagster_dbt_translator,
        project_dir=settings.dbt_project_dir,
        target_path=settings.dbt_target_dir,
        # what went wrong is read from dbt's result, which names test, model and rows
        raise_on_error=False,
        cli_version=Version(dbt_version),
        context=context,
    )


def _ledger_keys(manifest: Mapping[str, Any]) -> dict[str, dg.AssetKey]:
    """Asset keys of the loader's own tables; the book of files is always one of them."""
    tables = {"_files": "files", **ledger_tables(manifest)}
    return {table: dg.AssetKey([LEDGER_SOURCE, name]) for table, name in tables.items()}


def _published_keys(manifest: Mapping[str, Any]) -> dict[tuple[str, str], dg.AssetKey]:
    """Asset keys of marts and reports by schema and table."""
    translator = LedgerTranslator()
    return {
        (node["schema"], node["alias"]): translator.get_asset_key(node)
        for node in expected_nodes(manifest).values()
        if node["resource_type"] != "test" and node["schema"] in PUBLISHED_SCHEMAS
    }


def _check_specs(
    names: Mapping[tuple[str, str], Iterable[str]], keys: Mapping[tuple[str, str], dg.AssetKey]
) -> list[dg.AssetCheckSpec]:
    return [
        # dbt's tests are checks of the same assets
        dg.AssetCheckSpec(f"gx_{name}", asset=keys[table], blocking=True)
        for table, of_table in names.items()
        if table in keys
        for name in of_table
    ]


def _check_results(
    specs: Sequence[dg.AssetCheckSpec],
    keys: Mapping[tuple[str, str], dg.AssetKey],
    checks: Sequence[CheckResult],
    problems: Sequence[str],
) -> Iterator[dg.AssetCheckResult]:
    """One result per spec; checks of a table for which nothing came pass and say so."""
    found = {
        (keys.get((check.schema, check.table)), f"gx_{check.check}"): check for check in checks
    }
    for spec in specs:
        check = found.pop((spec.asset_key, spec.name), None)
        if check is None:
            yield dg.AssetCheckResult(
                asset_key=spec.asset_key,
                check_name=spec.name,
                passed=True,
                description="not checked: nothing came for this table",
            )
            continue
        is_blocking = check.severity == "block"
        yield dg.AssetCheckResult(
            asset_key=spec.asset_key,
            check_name=spec.name,
            passed=check.status == "passed",
            severity=dg.AssetCheckSeverity.ERROR if is_blocking else dg.AssetCheckSeverity.WARN,
            description=check.message,
            metadata={
                "observed": "" if check.observed is None else check.observed,
                "expected": check.expected,
                "column": check.column or "",
                "status": check.status,
            },
        )
    # A table that has no asset stops the run, too.
    if problems and any(check.status != "passed" for check in found.values()):
        raise _failure(summarise(problems))


@contextmanager
def _as_failure() -> Iterator[None]:
    """Turn what a refresh may well meet into a failure that Dagster shows as its message."""
    try:
        yield
    except steps.EXPECTED_ERRORS as error:
        raise _failure(str(error)) from None


def _failure(message: str) -> dg.Failure:
    return dg.Failure(description=message, allow_retries=False)
