"""dbt as a child process: its environment, its arguments, its parsed project, its result."""

import ctypes
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb

from orchestration.fingerprint import macros_digest, project_digest
from orchestration.json_files import read_json, write_json
from orchestration.settings import Settings

BUILT_TYPES = frozenset({"model", "seed", "snapshot", "test"})
GOOD_STATUSES = frozenset({"success", "pass", "warn", "no-op"})
# The dbt source of what the loader writes about its own work: no extracts, no contract.
LEDGER_SOURCE = "ledger"
PR_SET_PDEATHSIG = 1
SHOWN_ROWS = 3


class DbtProjectError(Exception):
    """The dbt project cannot be parsed; the message is dbt's."""


@dataclass(frozen=True)
class DbtNode:
    """What became of one model, seed, snapshot or data test.

    `failures` counts rows of a test, `problem` is what the first of them say of themselves.
    """

    unique_id: str
    kind: str
    name: str
    model: str
    status: str
    failures: int | None
    message: str | None
    problem: str = ""

    @property
    def is_good(self) -> bool:
        """True when the node does not stand against a release."""
        return self.status in GOOD_STATUSES

    def describe(self) -> str:
        """Name check, table and figure of a node that did not do well."""
        if self.kind == "test" and self.failures:
            rows = "row" if self.failures == 1 else "rows"
            said = f" ({self.problem})" if self.problem else ""
            return f"dbt test {self.name} on {self.model}: {self.failures} failing {rows}{said}"
        # The first lines say what is wrong, the rest is where dbt compiled it to.
        lines = [line.strip() for line in (self.message or "").splitlines() if line.strip()]
        reason = ": " + " ".join(lines[:3]) if lines else ""
        return f"dbt {self.kind} {self.name} ended as {self.status}{reason}"


@dataclass(frozen=True)
class DbtResult:
    """One dbt build: what ran, and what should have run but did not."""

    nodes: tuple[DbtNode, ...]
    missing: tuple[str, ...]
    exit_code: int
    error: str | None = None

    @property
    def problems(self) -> list[str]:
        """Messages that stand against a release, causes before what was skipped for them."""
        bad = [node for node in self.nodes if not node.is_good]
        causes = [node.describe() for node in bad if node.status != "skipped"]
        skipped = [node.name for node in bad if node.status == "skipped"]
        if skipped:
            causes.append(f"dbt skipped what depends on that: {_shortened(skipped)}")
        if self.missing and not causes:
            causes.append(f"dbt did not build {_shortened(sorted(self.missing))}")
        if self.exit_code and not causes:
            causes.append(self.error or f"dbt ended with exit status {self.exit_code}")
        return causes

    def test_counts(self) -> dict[str, int]:
        """Data tests passed, warned, failed and errored; a skipped test has not passed: errored."""
        names = {"pass": "passed", "warn": "warned", "fail": "failed"}
        counts = {"passed": 0, "warned": 0, "failed": 0, "errored": 0}
        for node in self.nodes:
            if node.kind == "test":
                counts[names.get(node.status, "errored")] += 1
        return counts


def dbt_environment(settings: Settings) -> dict[str, str]:
    """The environment of every dbt process: the caller's, without what would redirect dbt."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("DBT_") or name.startswith("DBT_ENV_")
    }
    return {
        **kept,
        "LEAD_LEDGER_HOME": str(settings.home),
        # incremental models are built anew when a macro changed: dbt itself does not see that
        "LEAD_LEDGER_MACROS": macros_digest(settings),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "PYTHONUNBUFFERED": "1",
    }


def dbt_arguments(
    settings: Settings,
    command: Sequence[str],
    *,
    target_dir: Path | None = None,
    as_of: str | None = None,
    full_refresh: bool = False,
) -> list[str]:
    """The whole command line; all paths are absolute."""
    arguments = [
        str(settings.dbt_executable),
        *command,
        *("--project-dir", str(settings.dbt_project_dir)),
        *("--profiles-dir", str(settings.dbt_project_dir)),
        *("--target", "prod"),
        *("--target-path", str(target_dir or settings.dbt_target_dir)),
        *("--log-path", str(settings.dbt_logs)),
        *("--log-format", "json"),
        "--no-use-colors",
    ]
    if as_of is not None:
        arguments += ["--vars", json.dumps({"as_of": as_of})]
    if full_refresh:
        arguments.append("--full-refresh")
    return arguments


def start_dbt(settings: Settings, arguments: Sequence[str]) -> subprocess.Popen[bytes]:
    """Start dbt; its standard output is JSON lines, errors among them.

    On Linux the child dies with its parent, so that a killed refresh leaves no writer behind.
    """
    return subprocess.Popen(
        arguments,
        cwd=settings.dbt_project_dir,
        env=dbt_environment(settings),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        preexec_fn=_death_with_parent(),
    )


def prepare_manifest(settings: Settings) -> dict[str, Any]:
    """Read the parsed project, parsing it first when it is missing or the project has changed.

    Changed means content, not times: a checkout may set any time. Raises DbtProjectError.
    """
    key_path = settings.prepared_manifest.with_name("key.json")
    key = {
        "project": project_digest(settings),
        "project_dir": str(settings.dbt_project_dir),
        "dbt": version("dbt-core"),
    }
    manifest = read_json(settings.prepared_manifest)
    if manifest is not None and read_json(key_path) == key:
        return manifest
    if not (settings.dbt_project_dir / "dbt_project.yml").is_file():
        raise DbtProjectError(f"there is no dbt project in {settings.dbt_project_dir}")
    target_dir = settings.prepared_manifest.parent / f".parse-{os.getpid()}"
    try:
        _parse(settings, target_dir)
        key_path.unlink(missing_ok=True)
        (target_dir / "manifest.json").replace(settings.prepared_manifest)
        # The build starts from the parsed state instead of parsing again.
        (target_dir / "partial_parse.msgpack").replace(
            settings.dbt_target_dir / "partial_parse.msgpack"
        )
        write_json(key_path, key)
    finally:
        shutil.rmtree(target_dir, ignore_errors=True)
    return read_json(settings.prepared_manifest)


def ledger_tables(manifest: Mapping[str, Any]) -> dict[str, str]:
    """The loader's own tables that models read: name in the dbt source by table in schema raw."""
    return {
        source["identifier"]: source["name"]
        for source in manifest["sources"].values()
        if source["source_name"] == LEDGER_SOURCE
    }


def extract_sources(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """The manifest with the sources that come as extracts; these have contracts."""
    sources = {
        unique_id: source
        for unique_id, source in manifest["sources"].items()
        if source["source_name"] != LEDGER_SOURCE
    }
    return {**manifest, "sources": sources}


def expected_nodes(manifest: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The nodes that a whole build runs, by unique id: no ephemeral model, no unit test."""
    return {
        unique_id: node
        for unique_id, node in manifest["nodes"].items()
        if node["resource_type"] in BUILT_TYPES
        and node["config"].get("materialized") != "ephemeral"
        and node["config"].get("enabled", True)
    }


def published_relations(manifest: Mapping[str, Any], schemas: Sequence[str]) -> set[str]:
    """'schema.table' of every node that the project builds in the given schemas."""
    return {
        f"{node['schema']}.{node['alias']}"
        for node in expected_nodes(manifest).values()
        if node["resource_type"] != "test" and node["schema"] in schemas
    }


def read_result(
    manifest: Mapping[str, Any],
    settings: Settings,
    exit_code: int,
    error: str | None = None,
) -> DbtResult:
    """Read what the build that has just ended wrote; nothing written means nothing built."""
    expected = expected_nodes(manifest)
    written = read_json(settings.dbt_target_dir / "run_results.json") or {"results": []}
    nodes = tuple(
        _node(result, manifest["nodes"].get(result["unique_id"], {}), manifest, settings)
        for result in written["results"]
    )
    seen = {node.unique_id for node in nodes}
    missing = tuple(node["name"] for key, node in expected.items() if key not in seen)
    return DbtResult(nodes, missing, exit_code, error)


def forget_result(target_dir: Path) -> None:
    """Remove the result of an earlier build, so that it is never taken for this one's."""
    (target_dir / "run_results.json").unlink(missing_ok=True)


def _shortened(names: Sequence[str], shown: int = 3) -> str:
    more = f" and {len(names) - shown} more" if len(names) > shown else ""
    return ", ".join(names[:shown]) + more


def _node(
    result: Mapping[str, Any],
    node: Mapping[str, Any],
    manifest: Mapping[str, Any],
    settings: Settings,
) -> DbtNode:
    unique_id = result["unique_id"]
    kind = node.get("resource_type", unique_id.split(".", 1)[0])
    name = node.get("name", unique_id.split(".")[-1])
    model = name
    if kind == "test":
        parents = node.get("depends_on", {}).get("nodes", [])
        attached = node.get("attached_node") or (parents[-1] if parents else None)
        owner = manifest["nodes"].get(attached) or manifest["sources"].get(attached) or {}
        model = owner.get("name", "(several models)")
    return DbtNode(
        unique_id=unique_id,
        kind=kind,
        name=name,
        model=model,
        status=result["status"],
        failures=result.get("failures"),
        message=result.get("message"),
        problem=_say_rows(result, settings) if kind == "test" else "",
    )


def _say_rows(result: Mapping[str, Any], settings: Settings) -> str:
    """The first failing rows of a test that names its rows in a column `problem`."""
    query = result.get("compiled_code") or ""
    if result["status"] not in {"fail", "warn"} or "as problem" not in query:
        return ""
    with duckdb.connect(str(settings.warehouse), read_only=True) as warehouse:
        if settings.marts.exists():
            warehouse.execute(f"attach '{settings.marts}' as {settings.marts.stem} (read_only)")
        found = f"select distinct problem from ({query}) order by problem limit {SHOWN_ROWS}"
        return "; ".join(problem for (problem,) in warehouse.execute(found).fetchall())


def _parse(settings: Settings, target_dir: Path) -> None:
    target_dir.mkdir(parents=True, exist_ok=True)
    # partial parsing: only changed files are read again
    known = settings.dbt_target_dir / "partial_parse.msgpack"
    if known.exists():
        shutil.copyfile(known, target_dir / known.name)
    arguments = dbt_arguments(settings, ["parse"], target_dir=target_dir)
    done = subprocess.run(
        arguments,
        cwd=settings.dbt_project_dir,
        env=dbt_environment(settings),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    if done.returncode:
        raise DbtProjectError("dbt cannot parse the project: " + _errors(done.stdout))


def _errors(output: bytes) -> str:
    messages, other = [], []
    for line in output.decode(errors="replace").splitlines():
        try:
            info = json.loads(line)["info"]
        except (ValueError, KeyError, TypeError):
            other.append(line)
            continue
        if info["level"] == "error":
            messages.append(info["msg"])
    return "\n".join(messages or other[-5:]).strip()


def _death_with_parent() -> Callable[[], None] | None:
    if not sys.platform.startswith("linux"):
        return None
    # Looked up before the fork: the child may do next to nothing before it becomes dbt.
    prctl = ctypes.CDLL(None).prctl

    def ask() -> None:
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)

    return ask
