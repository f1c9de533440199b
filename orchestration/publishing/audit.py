"""The record of a run: what each step found, and whether that allows a release.

One folder per run under `<home>/runs/<run id>/`. Each step writes its own document when it ends;
publishing reads them back, so that a release stands on what this run proved and on nothing else.
"""

import os
import shutil
import socket
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from orchestration.dbt_runner import DbtNode, DbtResult
from orchestration.json_files import read_json, write_json
from orchestration.refresh_lock import is_alive
from orchestration.settings import Settings

GATES = ("raw", "mart")
SHOWN_PROBLEMS = 4


class AuditError(Exception):
    """This run does not allow a release; the message says what is missing or failed."""


@dataclass(frozen=True)
class RunState:
    """How a run stands: running, published, failed, nothing new, or interrupted."""

    run_id: str
    state: str
    started_at: str
    ended_at: str | None
    message: str | None
    release_id: str | None


class RunRecord:
    """Writes and reads the documents of one run."""

    def __init__(self, settings: Settings, run_id: str) -> None:
        """Name the folder; nothing is written before `start`."""
        self.run_id = run_id
        self.folder = settings.runs / run_id
        self._settings = settings

    def start(self, fingerprint: Mapping[str, Any], as_of: str | None, full_refresh: bool) -> None:
        """Open the record; the folders of the oldest runs go."""
        self._write(
            "run",
            {
                "run_id": self.run_id,
                "state": "running",
                "started_at": _now(),
                "ended_at": None,
                "message": None,
                "release_id": None,
                "pid": os.getpid(),
                "host": socket.gethostname(),
                "as_of": as_of,
                "full_refresh": full_refresh,
                "fingerprint": dict(fingerprint),
            },
        )
        for old in list_runs(self._settings)[self._settings.kept_runs :]:
            shutil.rmtree(self._settings.runs / old.run_id, ignore_errors=True)

    def record_load(self, report: Any) -> None:
        """Keep the loader's report: a dataclass of tables and notices."""
        self._write("load", asdict(report))

    def record_gate(self, gate: str, checks: Iterable[Any]) -> None:
        """Keep the results of a gate: dataclasses with gate, schema, table, check, ..."""
        self._write(f"{gate}_gate", {"checks": [asdict(check) for check in checks]})

    def record_dbt(self, result: DbtResult) -> None:
        """Keep what dbt built and tested."""
        self._write("dbt", asdict(result))

    def finish(self, release_id: str) -> None:
        """Close the record of a run that published."""
        self._close(state="published", release_id=release_id, message=None)

    def fail(self, message: str) -> None:
        """Close the record with the reason; the first reason of a run stays."""
        if self.run.get("state") != "failed":
            self._close(state="failed", message=message)

    @property
    def run(self) -> dict[str, Any]:
        """State, times, arguments and fingerprint of the run; empty before it started."""
        return read_json(self.folder / "run.json") or {}

    @property
    def load(self) -> dict[str, Any] | None:
        """The loader's report, or None when it has not ended."""
        return read_json(self.folder / "load.json")

    def gate(self, gate: str) -> list[dict[str, Any]] | None:
        """The results of a gate, or None when it has not run."""
        document = read_json(self.folder / f"{gate}_gate.json")
        return None if document is None else document["checks"]

    @property
    def dbt(self) -> DbtResult | None:
        """dbt's result, or None when it has not ended."""
        document = read_json(self.folder / "dbt.json")
        if document is None:
            return None
        return DbtResult(
            nodes=tuple(DbtNode(**node) for node in document["nodes"]),
            missing=tuple(document["missing"]),
            exit_code=document["exit_code"],
            error=document["error"],
        )

    def problems(self) -> list[str]:
        """All that stands against a release, in the order of the steps; empty when nothing does."""
        problems = []
        if self.load is None or "fingerprint" not in self.run:
            problems.append("the extracts were not loaded in this run")
        problems += self.gate_problems("raw")
        if self.dbt is None:
            problems.append("dbt did not build in this run")
        else:
            problems += self.dbt.problems
        problems += self.gate_problems("mart")
        if not problems and not self._is_in_order():
            problems.append("the steps of this run did not run in their order")
        return problems

    def verify(self) -> None:
        """Raise AuditError unless every step of this run ran and passed."""
        problems = self.problems()
        if problems:
            raise AuditError("not published: " + summarise(problems))

    def check_counts(self) -> dict[str, dict[str, int]]:
        """Passed, warned, failed and errored of both gates and of dbt's data tests."""
        counts = {}
        for gate in GATES:
            checks = self.gate(gate)
            if checks is not None:
                counts[f"{gate} gate"] = _counts(checks)
        if self.dbt is not None:
            counts["dbt tests"] = self.dbt.test_counts()
        order = ("raw gate", "dbt tests", "mart gate")
        return {name: counts[name] for name in order if name in counts}

    def warnings(self) -> list[str]:
        """What was found and does not block."""
        found = []
        for gate in GATES:
            found += [
                describe_check(check)
                for check in self.gate(gate) or []
                if check["severity"] == "warn" and check["status"] != "passed"
            ]
        if self.dbt is not None:
            found += [node.describe() for node in self.dbt.nodes if node.status == "warn"]
        return found

    def gate_problems(self, gate: str) -> list[str]:
        """What stands against a release at one gate: nothing, when it ran and passed."""
        checks = self.gate(gate)
        if checks is None:
            return [f"the {gate} gate did not run in this run"]
        if not checks:
            return [f"the {gate} gate checked nothing"]
        return [
            describe_check(check)
            for check in checks
            if check["severity"] == "block" and check["status"] != "passed"
        ]

    def _is_in_order(self) -> bool:
        """What was built or checked before the load says nothing about what was loaded."""
        steps = ("load", "raw_gate", "dbt", "mart_gate")
        times = [read_json(self.folder / f"{step}.json")["recorded_at"] for step in steps]
        return times == sorted(times)

    def _close(self, **changes: Any) -> None:
        now = _now()
        known = {"run_id": self.run_id, "started_at": now, "release_id": None, **self.run}
        self._write("run", {**known, "ended_at": now, **changes})

    def _write(self, name: str, document: Mapping[str, Any]) -> None:
        write_json(self.folder / f"{name}.json", {"recorded_at": _now(), **document})


def summarise(problems: Sequence[str]) -> str:
    """The first problems in one text; the record of the run has all of them."""
    more = len(problems) - SHOWN_PROBLEMS
    rest = [f"and {more} more, in the record of the run"] if more > 0 else []
    return "; ".join([*problems[:SHOWN_PROBLEMS], *rest])


def describe_check(check: Mapping[str, Any]) -> str:
    """One line about a check that did not pass; its message names check, table and figure."""
    return f"{check['gate']} gate: {check['message']}"


def list_runs(settings: Settings) -> list[RunState]:
    """All recorded runs, the newest first."""
    if not settings.runs.is_dir():
        return []
    documents = [read_json(path) for path in settings.runs.glob("*/run.json")]
    runs = [_run_state(document) for document in documents if document]
    return sorted(runs, key=lambda run: run.started_at, reverse=True)


def _run_state(document: Mapping[str, Any]) -> RunState:
    state = document["state"]
    gone = document.get("host") == socket.gethostname() and not is_alive(document["pid"])
    if state == "running" and gone:
        state = "interrupted"
    return RunState(
        run_id=document["run_id"],
        state=state,
        started_at=document["started_at"],
        ended_at=document.get("ended_at"),
        message=document.get("message"),
        release_id=document.get("release_id"),
    )


def _counts(checks: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    counts = {"passed": 0, "warned": 0, "failed": 0, "errored": 0}
    for check in checks:
        status = check["status"]
        if status == "failed" and check["severity"] == "warn":
            status = "warned"
        counts[status] += 1
    return counts


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")
