"""The models of attribution as a dbt project over a company's Parquet files, built batch by batch.

The touches come in batches, and with each the leads whose touches it brings, as the models before
these would note them. All else is what a refresh does: dbt in a process of its own.
"""

import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import duckdb
import yaml
from attribution_project import DBT_PROJECT, project_variables

TOUCHES = "int_touchpoints__touches"
# the newest touches come last: a hundredth of all, then a day's
SHARES = {"a hundredth": 0.01, "a day": 0.002}
CHANGES = ["int_changes__conversions", "int_changes__journeys"]
# what stands for the leads that the models before these found changed
CHANGED_LEADS = (
    "{{ config(materialized='view') }} select changed_key as lead_key"
    " from {{ changed_keys('touched_lead') }} as changed"
)


class Ledger:
    """A warehouse of its own, and the project that fills it."""

    def __init__(self, folder: Path, company: Path, models: Iterable[str]) -> None:
        """Write the project of the given models of attribution, and build all but the batches."""
        shutil.rmtree(folder, ignore_errors=True)
        self._folder, self._company = folder, company
        self._touches = folder / f"{TOUCHES}.parquet"
        written = folder / "models"
        written.mkdir(parents=True)
        intermediate = DBT_PROJECT / "models" / "intermediate"
        for name in models:
            source = intermediate / "attribution" / f"int_attribution__{name}.sql"
            shutil.copy(source, written / source.name)
        for name in CHANGES:
            shutil.copy(intermediate / "changes" / f"{name}.sql", written / f"{name}.sql")
        (written / "int_changes__leads.sql").write_text(CHANGED_LEADS)
        for path in company.glob("*.parquet"):
            read = self._touches if path.stem == TOUCHES else path
            (written / f"{path.stem}.sql").write_text(
                f"{{{{ config(materialized='view') }}}} select * from read_parquet('{read}')"
            )
        project = {
            "name": "lead_ledger",
            "version": "1.0",
            "profile": "lead_ledger",
            "macro-paths": [str(DBT_PROJECT / "macros")],
            "vars": project_variables(),
            "on-run-start": ["{{ open_build() }}"],
            "on-run-end": ["{{ close_build(results) }}"],
            "models": {"+materialized": "table", "+schema": "intermediate"},
            "flags": {"send_anonymous_usage_stats": False},
        }
        (folder / "dbt_project.yml").write_text(yaml.safe_dump(project, sort_keys=False))
        shutil.copy(DBT_PROJECT / "profiles.yml", folder / "profiles.yml")
        self._warehouse = folder / "warehouse.duckdb"
        self._query("create schema raw; create table raw._batches (batch_id varchar)")
        self._bounds = self._find_bounds()
        self._bring(self._bounds[0])
        self._build()
        self._first = [path.replace(path.with_suffix(".first")) for path in self._files()]

    def measure(self) -> dict:
        """CPU seconds of builds after batches and of a full refresh, and rows that differ then."""
        for path, first in zip(self._files(), self._first, strict=True):
            shutil.copyfile(first, path)
        builds = {}
        for name, end in zip(SHARES, self._bounds[1:], strict=True):
            self._bring(end)
            builds[name] = self._build()
        builds["nothing new"] = self._build()
        shutil.copyfile(self._warehouse, self._folder / "batches.duckdb")
        builds["full"] = self._build("--full-refresh")
        return {"cpu_seconds": builds, "differing_rows": self._differences()}

    def _files(self) -> tuple[Path, Path]:
        return self._warehouse, self._touches

    def _find_bounds(self) -> list[object]:
        """When the first touches end and when each batch does."""
        left = sum(SHARES.values())
        ends = [1 - left]
        for share in SHARES.values():
            left -= share
            ends.append(1 - left)
        touches = self._company / f"{TOUCHES}.parquet"
        with duckdb.connect() as connection:
            return [
                connection.execute(
                    f"select quantile_disc(occurred_at, {end}) from read_parquet('{touches}')"
                ).fetchone()[0]
                for end in ends
            ]

    def _bring(self, end: object) -> None:
        """Touches until then; the leads of those that are new are noted as changed."""
        source = self._company / f"{TOUCHES}.parquet"
        part = f"(from read_parquet('{source}') where occurred_at <= timestamp '{end}')"
        if self._touches.exists():
            new = f"{part} anti join read_parquet('{self._touches}') using (touch_key)"
            self._query(
                "insert into state.changed_keys"
                f" select distinct 'touched_lead', lead_key from {new}"
            )
            # a view over the file is the same view: nothing is to be kept for that
            self._query("delete from state.versions")
        brought = self._touches.with_suffix(".new")
        self._query(f"copy {part} to '{brought}' (format parquet, compression zstd)")
        brought.replace(self._touches)

    def _build(self, *flags: str) -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run(
            [
                *(str(Path(sys.executable).parent / "dbt"), "run", *flags),
                *("--project-dir", str(self._folder), "--profiles-dir", str(self._folder)),
                *("--target", "prod", "--target-path", str(self._folder / "target")),
                *("--log-path", str(self._folder / "logs")),
            ],
            cwd=self._folder,
            env={"LEAD_LEDGER_HOME": str(self._folder), "PATH": os.environ["PATH"]},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise SystemExit(done.stdout + done.stderr)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return round(used, 2)

    def _differences(self) -> int:
        """Rows that only one has: what the batches left, or the full refresh."""
        total = 0
        with duckdb.connect(str(self._warehouse), read_only=True) as connection:
            connection.execute(f"attach '{self._folder / 'batches.duckdb'}' as other (read_only)")
            for name in ("touch_credits", "transitions", "channel_removals"):
                table = f"intermediate.int_attribution__{name}"
                (count,) = connection.execute(
                    f"select count(*) from ((from {table} except all from other.{table})"
                    f" union all (from other.{table} except all from {table}))"
                ).fetchone()
                total += count
        return total

    def _query(self, sql: str) -> None:
        with duckdb.connect(str(self._warehouse)) as connection:
            connection.execute(sql)
