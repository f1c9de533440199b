"""The real dbt project, compiled once; its models are run here on raw rows, without dbt.

What dbt compiles for a full refresh is the SQL that an installation runs. Raw tables are made by
the loader from the contracts, seeds from their files; the two databases stand in memory under the
names that they have in an installation. The project is a copy in which, as users do, two fields
are added to a contract: dates at which a lead entered a stage (rule R13).
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import duckdb
import pandas as pd

from orchestration.loading.contracts import read_contracts
from orchestration.loading.raw_schema import create_raw, qualified
from orchestration.settings import PROJECT_ROOT

STAGE_DATES = """
          - {name: mql_on__c, data_type: date, config: {meta: {stage_date: mql}}}
          - {name: sql_at__c, data_type: timestamp, config: {meta: {stage_date: sql}}}
"""
SYSTEMS = ["salesforce", "hubspot", "generic"]
NOT_COPIED = shutil.ignore_patterns("target", "logs", ".user.yml")
# one extract, taken long after everything that the tests let happen
LINEAGE = {
    "_source_file": "extract",
    "_file_sha256": "0",
    "_extracted_at": "2030-01-01 00:00:00",
    "_batch_id": "batch",
    "_loaded_at": "2030-01-01 00:00:00",
}


class CompiledProject:
    """Models in the order of their dependencies, with the SQL of each."""

    def __init__(self, folder: Path, wanted: Sequence[str]) -> None:
        """Compile the wanted models and all that they read, for three CRMs."""
        self.root = folder / "project"
        for name in ("dbt_project", "seeds"):
            shutil.copytree(PROJECT_ROOT / name, self.root / name, ignore=NOT_COPIED)
        self._add_stage_dates()
        self._compile(folder, wanted)
        manifest = json.loads((folder / "target" / "manifest.json").read_text())
        self.contracts = read_contracts(manifest)
        self.nodes: Mapping[str, dict] = manifest["nodes"]
        self.sources: Mapping[str, dict] = manifest["sources"]

    def order(self, wanted: Sequence[str]) -> list[str]:
        """Models and seeds that some models read, and they, each behind what it reads."""
        order: dict[str, None] = {}

        def visit(name: str) -> None:
            if name not in self.sources and name not in order:
                for parent in self.nodes[name]["depends_on"].get("nodes", []):
                    visit(parent)
                order[name] = None

        for name in wanted:
            visit(f"model.lead_ledger.{name}")
        return list(order)

    def reads(self, name: str, tables: Iterable[str]) -> bool:
        """Whether a node reads one of some raw tables, directly or not."""
        if name in self.sources:
            return self.sources[name]["identifier"] in tables
        parents = self.nodes[name]["depends_on"].get("nodes", [])
        return any(self.reads(parent, tables) for parent in parents)

    def _add_stage_dates(self) -> None:
        contract = self.root / "dbt_project/models/staging/salesforce/_salesforce__sources.yml"
        lead, mark, rest = contract.read_text().partition("          - {name: status, ")
        contract.write_text(lead + STAGE_DATES.lstrip("\n") + mark + rest)

    def _compile(self, folder: Path, wanted: Sequence[str]) -> None:
        done = subprocess.run(
            [
                *(str(Path(sys.executable).parent / "dbt"), "compile"),
                *("--project-dir", str(self.root / "dbt_project")),
                *("--profiles-dir", str(self.root / "dbt_project")),
                *("--target", "prod", "--no-introspect", "--full-refresh"),
                *("--target-path", str(folder / "target"), "--log-path", str(folder / "logs")),
                *("--vars", json.dumps({"systems": SYSTEMS})),
                *("--select", *(f"+{name}" for name in wanted)),
            ],
            env={"LEAD_LEDGER_HOME": str(folder), "PATH": os.environ["PATH"]},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr


class Models:
    """The models of a compiled project over raw rows that a test gives."""

    def __init__(
        self, project: CompiledProject, given: Sequence[str], wanted: Sequence[str]
    ) -> None:
        """Make raw tables, seeds and, once, the models that read none of the `given` tables."""
        self.project, self.given = project, given
        self.con = duckdb.connect()
        self.con.execute("set TimeZone = 'UTC'")
        for database in ("warehouse", "lead_ledger"):
            self.con.execute(f"attach ':memory:' as {database}")
        self.con.execute("use warehouse")
        create_raw(self.con, project.contracts.values())
        # the memory of builds, which a full one does not use
        self.con.execute("create schema state")
        self.con.execute("create table state.changed_keys (entity varchar, changed_key bigint)")
        self.con.execute(
            "create table state.changed_records"
            " (source_system varchar, source_object varchar, source_record_id varchar)"
        )
        order = project.order(wanted)
        self.varying = [name for name in order if project.reads(name, given)]
        for name in order:
            self._make_schema(project.nodes[name])
            if name not in self.varying:
                self._build(name)

    def run(self, rows: Mapping[str, Sequence[Mapping[str, object]]]) -> None:
        """Put rows into the given raw tables, and nothing else, and run all that reads them."""
        for table in self.given:
            self.con.execute(f"truncate raw.{table}")
            self._insert(table, rows.get(table, []))
        for name in self.varying:
            self._build(name)

    def query(self, sql: str) -> list[tuple]:
        return self.con.execute(sql).fetchall()

    def _insert(self, table: str, rows: Sequence[Mapping[str, object]]) -> None:
        if not rows:
            return
        cells = pd.DataFrame(rows).map(lambda cell: None if pd.isna(cell) else str(cell))
        frame = (
            cells.astype(object)
            .where(cells.notna(), None)
            .assign(
                _source_row=range(1, len(rows) + 1),
                _source_system=table.partition("__")[0],
                **LINEAGE,
            )
        )
        self.con.register("frame", frame)
        self.con.execute(f"insert into {qualified(table)} by name select * from frame")
        self.con.unregister("frame")

    def _make_schema(self, node: Mapping) -> None:
        self.con.execute(f'create schema if not exists "{node["database"]}"."{node["schema"]}"')

    def _build(self, name: str) -> None:
        node = self.project.nodes[name]
        sql = node.get("compiled_code") or seed_sql(node)
        self.con.execute(f"create or replace table {node['relation_name']} as {sql}")


def seed_sql(node: Mapping) -> str:
    """A seed from its file, its columns of the types that its YAML declares."""
    path = PROJECT_ROOT / "seeds" / node["path"]
    types = node["config"]["column_types"]
    columns = ", ".join(f"'{name}': '{data_type}'" for name, data_type in types.items())
    return f"select * from read_csv('{path}', header = true, columns = {{{columns}}})"
