"""CPU of a build after a batch, against a full refresh of the same tables, in one run.

    python benchmarks/incremental/measure.py [--scale 1] [--pairs 3] [--folder DIR]

The company of datagen; the newest touches and histories are held back and come as two batches.
Every build is a dbt process of its own, with the arguments of a refresh, without and with its data
tests. After the last batch the tables are compared with those of a full refresh. With --pairs 0 no
full refresh is run: the first build stands for it. Results go to results-<scale>.json beside this
file.
"""

import argparse
import csv
import json
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path

import duckdb

from orchestration.dbt_runner import (
    dbt_arguments,
    dbt_environment,
    extract_sources,
    prepare_manifest,
)
from orchestration.loading.contracts import read_contracts
from orchestration.loading.loader import load
from orchestration.settings import PROJECT_ROOT, Settings

HERE = Path(__file__).resolve().parent
# touches and histories, and the column that says when each came into being
HELD_BACK = {
    "salesforce/campaign_member": "CreatedDate",
    "salesforce/lead_history": "CreatedDate",
    "salesforce/opportunity_history": "CreatedDate",
    "salesforce/task": "CreatedDate",
    "hubspot/contact_form_submission": "timestamp",
    "hubspot/contact_property_history": "timestamp",
    "hubspot/email_event": "created",
    "web/sessions": "started_at",
}
TESTS = ("--exclude-resource-type", "unit_test")
NO_TESTS = (*TESTS, "--exclude-resource-type", "test")
# of the rows held back, by batch; in a tenth of the history the last batch is as large as a day's
SHARES = {"a hundredth": 0.01, "a day": 0.002}
SHARE_OF_A_TENTH = {"a day": 0.02}


def main() -> None:
    """Measure both companies, write the results."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--pairs", type=int, default=3, help="full refreshes to take the median of")
    parser.add_argument("--folder", type=Path, default=None)
    arguments = parser.parse_args()
    folder = arguments.folder or Path(tempfile.mkdtemp(prefix="incremental-benchmark-"))
    whole = Company(folder / "whole", arguments.scale).measure(SHARES, arguments.pairs)
    tenth = Company(folder / "tenth", arguments.scale / 10).measure(SHARE_OF_A_TENTH, 0)
    document = {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": _machine(),
        "scale": arguments.scale,
        "whole": whole,
        "tenth": tenth,
        "ratios": _ratios(whole, tenth),
    }
    (HERE / f"results-{arguments.scale:g}.json").write_text(json.dumps(document, indent=1) + "\n")
    sys.stdout.write(json.dumps(document["ratios"], indent=1) + "\n")


class Company:
    """The extracts of a company of some size, and an installation that reads them."""

    def __init__(self, folder: Path, scale: float) -> None:
        """Write the extracts."""
        self._scale = scale
        self._generated, self._batches = folder / "generated", folder / "batches"
        self._settings = Settings(folder / "landing", folder / "home")
        if not self._generated.exists():
            command = [sys.executable, "-m", "datagen", "--landing", str(self._generated)]
            subprocess.run([*command, "--scale", str(scale)], check=True, cwd=PROJECT_ROOT)
        for path in (self._settings.landing, self._settings.home, self._batches):
            shutil.rmtree(path, ignore_errors=True)

    def measure(self, shares: dict[str, float], pairs: int) -> dict:
        """CPU seconds of the builds: first, after each batch, with nothing new, full."""
        rows = self._split(shares)
        builds = {"first": self._load_and_build("first")}
        for name in shares:
            shutil.copytree(self._batches / name, self._settings.landing, dirs_exist_ok=True)
            builds[name] = self._load_and_build(name) | {"rows": rows[name]} | self._extent()
        builds["nothing new"] = self._build()
        measured = {"scale": self._scale, "rows_of_touches_and_histories": rows["all"]}
        if not pairs:
            return measured | {"builds": builds | {"full": builds["first"]}}
        kept = self._settings.home / "incremental.duckdb"
        shutil.copyfile(self._settings.marts, kept)
        full = [self._build("--full-refresh") for _ in range(pairs)]
        builds["full"] = {
            key: statistics.median(build[key] for build in full) for key in full[0]
        } | {"runs": full}
        differing = self._differences(kept)
        tested = {"full": self._build("--full-refresh", options=TESTS)["cpu_seconds"]}
        tested["nothing new"] = self._build(options=TESTS)["cpu_seconds"]
        return measured | {
            "builds": builds,
            "cpu_seconds_with_data_tests": tested,
            "differing_rows": differing,
        }

    def _split(self, shares: dict[str, float]) -> dict[str, int]:
        """Deal the generated rows out to the landing folder and, the newest ones, to batches."""
        files = {
            path: HELD_BACK.get("/".join(path.relative_to(self._generated).parts[:2]))
            for path in sorted(self._generated.rglob("*.csv"))
        }
        moments = sorted(
            _moment(row, position)
            for path, column in files.items()
            if column
            for position, row in _rows_with_position(path, column)
        )
        left, starts = 0.0, {}
        for name, share in reversed(shares.items()):
            left += share
            starts[name] = moments[-int(left * len(moments))]
        for path, column in files.items():
            relative = path.relative_to(self._generated)
            if column is None:
                _copy(path, self._settings.landing / relative)
            else:
                self._deal(path, relative, column, starts)
        bounds = [*sorted(starts.items(), key=lambda start: start[1]), ("", "9999")]
        counts = {"all": len(moments)}
        for (name, start), (_, end) in pairwise(bounds):
            counts[name] = sum(start <= moment < end for moment in moments)
        return counts

    def _deal(self, path: Path, relative: Path, column: str, starts: dict[str, str]) -> None:
        header = _header(path)
        parts: dict[str, list[list[str]]] = {"": [], **{name: [] for name in starts}}
        for position, row in _rows_with_position(path, column):
            moment = _moment(row, position)
            # the batches are named newest first
            name = next((each for each, start in starts.items() if moment >= start), "")
            parts[name].append(row)
        for name, rows in parts.items():
            target = self._batches / name / relative if name else self._settings.landing / relative
            if not rows:
                continue
            if name:
                target = target.with_stem(f"{target.stem}_{name.replace(' ', '_')}")
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("w", newline="", encoding="utf-8") as lines:
                writer = csv.writer(lines, quoting=csv.QUOTE_ALL)
                writer.writerow(header)
                writer.writerows(rows)
            shutil.copystat(path, target)

    def _load_and_build(self, batch: str) -> dict[str, float]:
        manifest = prepare_manifest(self._settings)
        contracts = read_contracts(extract_sources(manifest))
        load(self._settings, contracts, batch_id=batch, loaded_at=datetime.now(UTC))
        return self._build()

    def _build(self, *flags: str, options: Sequence[str] = NO_TESTS) -> dict[str, float]:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        started = datetime.now(UTC)
        subprocess.run(
            dbt_arguments(self._settings, ["build", *options, *flags]),
            cwd=self._settings.dbt_project_dir,
            env=dbt_environment(self._settings),
            stdout=subprocess.DEVNULL,
            check=True,
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        wall = (datetime.now(UTC) - started).total_seconds()
        return {"cpu_seconds": round(used, 2), "wall_seconds": round(wall, 1)}

    def _extent(self) -> dict[str, int]:
        tables = {
            "changed_leads": "int_changes__leads",
            "changed_conversions": "int_changes__conversions",
            "leads": "int_identity__leads",
            "conversions": "int_attribution__conversions",
        }
        with duckdb.connect(str(self._settings.warehouse), read_only=True) as warehouse:
            return {
                name: warehouse.execute(f"select count(*) from intermediate.{table}").fetchone()[0]
                for name, table in tables.items()
            }

    def _differences(self, kept: Path) -> dict[str, int]:
        """Rows that only one of two mart files has, the incremental one and the full one, by table.

        Tables of the same content hash are the same; EXCEPT ALL would need them in memory.
        """
        differing = {}
        with duckdb.connect() as connection:
            connection.execute(f"attach '{kept}' as one (read_only)")
            connection.execute(f"attach '{self._settings.marts}' as other (read_only)")
            tables = connection.execute(
                "select schema_name || '.' || table_name from duckdb_tables() "
                "where database_name = 'other'"
            ).fetchall()
            for (table,) in tables:
                (one, other) = (
                    connection.execute(
                        f"select count(*), sum(hash(whole_row)) from {side}.{table} as whole_row"
                    ).fetchone()
                    for side in ("one", "other")
                )
                if one != other:
                    (differing[table],) = connection.execute(
                        f"select count(*) from ((from one.{table} except all from other.{table}) "
                        f"union all (from other.{table} except all from one.{table}))"
                    ).fetchone()
        return differing


def _ratios(whole: dict, tenth: dict) -> dict[str, float]:
    """What the goals are about; the cost of a build of nothing is part of each."""
    seconds = {name: build["cpu_seconds"] for name, build in whole["builds"].items()}
    day_of_tenth = tenth["builds"]["a day"]["cpu_seconds"]
    ratios = {f"{name} / full": seconds[name] / seconds["full"] for name in SHARES}
    ratios["nothing new / full"] = seconds["nothing new"] / seconds["full"]
    ratios["a day / the same rows on a tenth of the history"] = seconds["a day"] / day_of_tenth
    return {name: round(ratio, 3) for name, ratio in ratios.items()}


def _header(path: Path) -> list[str]:
    with path.open(newline="", encoding="utf-8") as lines:
        return next(csv.reader(lines))


def _rows_with_position(path: Path, column: str):
    position = _header(path).index(column)
    with path.open(newline="", encoding="utf-8") as lines:
        rows = csv.reader(lines)
        next(rows)
        for row in rows:
            yield position, row


def _moment(row: list[str], position: int) -> str:
    """The time of a row in a form that sorts; a broken row is old."""
    return row[position][:19].replace(" ", "T") if len(row) > position else ""


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(source, target)


def _machine() -> dict[str, object]:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "system": platform.system(),
        "architecture": platform.machine(),
        "cores": os.cpu_count(),
        "memory_gb": round(memory / 1e9),
        "python": platform.python_version(),
        "duckdb": version("duckdb"),
        "load_average_at_the_end": round(os.getloadavg()[1], 1),
    }


if __name__ == "__main__":
    main()
