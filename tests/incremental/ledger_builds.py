"""Loader and dbt in this process, on a copy of the project: batches, builds, and the comparison of
what they leave with a full refresh.

dbt keeps its state in the process, so a test that builds hundreds of times starts it once.
"""

import json
import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb
from dbt.cli.main import dbtRunner

from orchestration.dbt_runner import dbt_arguments, dbt_environment, extract_sources
from orchestration.loading.contracts import SourceContract, read_contracts
from orchestration.loading.loader import LoadReport, load
from orchestration.loading.raw_copy import copy_raw
from orchestration.settings import PROJECT_ROOT, Settings

# What is built by keys, and all that it is made of; what reads it is built or kept as a whole.
BUILT_BY_KEY = ("--select", "+config.materialized:incremental")
NO_TESTS = ("--exclude-resource-type", "test", "--exclude-resource-type", "unit_test")
NO_SEEDS = ("--exclude-resource-type", "seed")
QUIET = ("--quiet", "--log-level", "none", "--log-level-file", "none")

# Lists of what a build has to do: empty in a full one.
LISTS = tuple(
    f"int_changes__{name}" for name in ("records", "touches", "leads", "conversions", "journeys")
)


@dataclass(frozen=True)
class Relation:
    """A table that dbt made, in its file."""

    database: str
    name: str


@dataclass(frozen=True)
class Build:
    """What became of a build: its relations in the order in which they were made, and those that
    were kept as they were."""

    relations: tuple[Relation, ...]
    failures: tuple[str, ...]
    kept: tuple[str, ...]


@dataclass(frozen=True)
class Difference:
    """Rows of a table that only one of two warehouses has: counts, and the first ones."""

    table: str
    surplus: int
    missing: int
    rows: tuple[str, ...]

    def __str__(self) -> str:
        shown = "".join(f"\n      {row}" for row in self.rows)
        return f"{self.table}: {self.surplus} too many, {self.missing} missing{shown}"


class Project:
    """A copy of the dbt project and its seeds, to use and to change."""

    def __init__(self, folder: Path, systems: Sequence[str]) -> None:
        ignore = shutil.ignore_patterns("target", "logs", ".user.yml")
        for name in ("dbt_project", "seeds"):
            shutil.copytree(PROJECT_ROOT / name, folder / name, ignore=ignore)
        self.folder = folder
        self._scratch = Settings(folder / "landing", folder / "scratch", folder)
        # let go of the warehouse after each build: the loader writes between two of them
        self.change("dbt_project/profiles.yml", "threads: 2", "threads: 2\n      keep_open: false")
        listed = "[salesforce, hubspot, google_ads, linkedin_ads, meta_ads, web, generic]"
        self.change("dbt_project/dbt_project.yml", listed, f"[{', '.join(systems)}]")
        self.parse()

    def change(self, path: str, old: str, new: str) -> None:
        """Replace a text that stands exactly once in a file; the project is not parsed for it."""
        file = self.folder / path
        text = file.read_text()
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {path}"
        file.write_text(text.replace(old, new))

    def parse(self) -> None:
        """Read what was changed."""
        done = invoke(self._scratch, ["parse"], manifest=None)
        assert done.success, done.exception
        self.manifest = done.result
        written = json.loads((self._scratch.dbt_target_dir / "manifest.json").read_text())
        self.contracts: Mapping[tuple[str, str], SourceContract] = read_contracts(
            extract_sources(written)
        )


def invoke(settings: Settings, command: Sequence[str], manifest: object):
    """One dbt command as a refresh gives it, here instead of in a child process."""
    os.environ.update(dbt_environment(settings))
    _, *arguments = dbt_arguments(settings, command)
    return dbtRunner(manifest=manifest).invoke([*arguments, *QUIET])


class Home:
    """One installation of a project: a warehouse that is loaded and built."""

    def __init__(self, project: Project, name: str, landing: Path) -> None:
        self._project = project
        self.settings = Settings(landing, project.folder / name, project.folder)

    def load(self, batch_id: str, loaded_at: datetime, *, full_refresh: bool = False) -> LoadReport:
        return load(
            self.settings,
            self._project.contracts,
            batch_id=batch_id,
            loaded_at=loaded_at,
            full_refresh=full_refresh,
        )

    def build(self, *options: str) -> Build:
        """Build without tests."""
        command = ["build", *NO_TESTS, "--no-write-json", *options]
        self.settings.home.mkdir(exist_ok=True)
        # dbt opens the file for every model; while we hold it open, that costs nothing
        with duckdb.connect(str(self.settings.warehouse)):
            done = invoke(self.settings, command, self._project.manifest)
        assert done.result is not None, done.exception
        relations, failures, kept = [], [], []
        for result in done.result.results:
            node = result.node
            # exposures have nothing to build
            if str(result.status) not in ("success", "no-op"):
                failures.append(f"{node.name}: {result.status}: {result.message}")
            elif node.resource_type == "model":
                relations.append(Relation(node.database, f"{node.schema}.{node.alias}"))
                if result.message == "KEPT":
                    kept.append(node.alias)
        return Build(tuple(relations), tuple(failures), tuple(kept))

    def built(self, *options: str) -> Build:
        """Build, which must succeed."""
        build = self.build(*options)
        assert not build.failures, build.failures[:3]
        return build

    def query(self, sql: str) -> list[tuple]:
        with self._connected(read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def execute(self, sql: str) -> None:
        """Change what stands in the tables."""
        with self._connected(read_only=False) as connection:
            connection.execute(sql)

    def _connected(self, *, read_only: bool) -> duckdb.DuckDBPyConnection:
        connection = duckdb.connect(str(self.settings.warehouse), read_only=read_only)
        mode = " (read_only)" if read_only else ""
        connection.execute(f"attach '{self.settings.marts}' as lead_ledger{mode}")
        return connection

    def count(self, relation: str) -> int:
        return self.query(f"select count(*) from {relation}")[0][0]


def full_refresh_of(home: Home, project: Project, *options: str) -> Home:
    """A new warehouse with the same raw tables, built at once."""
    fresh = _empty(project, home.settings.landing)
    copy_raw(home.settings.warehouse, fresh.settings.warehouse)
    fresh.built(*options)
    return fresh


def full_reload_of(home: Home, project: Project, *options: str) -> Home:
    """A new installation over the same landing folder: loaded in one go, built at once."""
    fresh = _empty(project, home.settings.landing)
    fresh.load("all", datetime.now(UTC))
    fresh.built(*options)
    return fresh


def _empty(project: Project, landing: Path) -> Home:
    shutil.rmtree(project.folder / "fresh", ignore_errors=True)
    return Home(project, "fresh", landing)


def find_differences(
    home: Home, fresh: Home, relations: Iterable[Relation], *, shown: int = 4
) -> list[Difference]:
    """Compare tables row for row, both ways; parents stand before what is made of them."""
    files = {
        "warehouse": [each.settings.warehouse for each in (home, fresh)],
        "lead_ledger": [each.settings.marts for each in (home, fresh)],
    }
    differences = []
    with duckdb.connect() as connection:
        for database, (one, other) in files.items():
            connection.execute(f"attach '{one}' as home_{database} (read_only)")
            connection.execute(f"attach '{other}' as fresh_{database} (read_only)")
        for relation in relations:
            if relation.name.split(".")[1] in LISTS:
                continue
            one = f"home_{relation.database}.{relation.name}"
            other = f"fresh_{relation.database}.{relation.name}"
            sides = []
            for left, right in ((one, other), (other, one)):
                sides.append(
                    connection.execute(
                        f"select * from {left} except all select * from {right} order by all"
                    ).fetchall()
                )
            surplus, missing = sides
            if surplus or missing:
                rows = [f"+ {row}" for row in surplus[:shown]]
                rows += [f"- {row}" for row in missing[:shown]]
                differences.append(
                    Difference(relation.name, len(surplus), len(missing), tuple(rows))
                )
    return differences
