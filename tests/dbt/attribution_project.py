"""The real models of attribution, compiled once over stand-ins for what they read.

`run` puts the given rows where the models look for them and builds the models in memory, so that an
example costs no dbt process.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import duckdb
import pyarrow as pa
import yaml

from orchestration.settings import PROJECT_ROOT

DBT_PROJECT = PROJECT_ROOT / "dbt_project"
MODELS = DBT_PROJECT / "models"
BUILT = [
    MODELS / "intermediate" / "revenue" / "int_revenue__opportunities_valued.sql",
    *sorted((MODELS / "intermediate" / "attribution").glob("*.sql")),
    MODELS / "marts" / "fct_attribution_credits.sql",
    MODELS / "marts" / "fct_channel_attribution.sql",
]
KEY, TEXT, MONEY = "bigint", "varchar", "decimal(18, 2)"
# What the models read, as far as they read it.
GIVEN = {
    "int_revenue__opportunities_unioned": {
        "opportunity_key": KEY,
        "source_account_key": KEY,
        "created_at": "timestamp",
        "opportunity_type": TEXT,
        "is_sales_pipeline": "boolean",
        "is_source_deleted": "boolean",
        "is_won": "boolean",
        "currency_code": TEXT,
        "opportunity_amount_original": MONEY,
        "list_amount_original": MONEY,
    },
    "int_revenue__opportunity_dates": {
        "opportunity_key": KEY,
        "closed_at": "timestamp",
        "closed_precision": TEXT,
        "first_amount_original": MONEY,
    },
    "int_revenue__fx_rates": {
        "currency_code": TEXT,
        "rate": "decimal(28, 14)",
        "valid_from": "date",
        "valid_to": "date",
    },
    "int_identity__account_survivors": {"known_key": KEY, "account_key": KEY},
    "int_clock": {"as_of_date": "date"},
    "int_revenue__buying_groups": {
        "opportunity_key": KEY,
        "lead_key": KEY,
        "is_primary": "boolean",
    },
    "int_identity__leads": {
        "lead_key": KEY,
        "account_key": KEY,
        "created_at": "timestamp",
        "is_live": "boolean",
    },
    "int_lifecycle__stage_events": {
        "lead_key": KEY,
        "cycle_number": KEY,
        "event_number": KEY,
        "to_stage": TEXT,
        "is_inferred": "boolean",
        "has_time_anomaly": "boolean",
        "occurred_at": "timestamp",
    },
    "int_touchpoints__touches": {
        "touch_key": KEY,
        "lead_key": KEY,
        "account_key": KEY,
        "opportunity_key": KEY,
        "occurred_at": "timestamp",
        "touch_priority": "integer",
        "source_system": TEXT,
        "channel": TEXT,
        "campaign_key": TEXT,
        "can_be_middle": "boolean",
        "is_attributable": "boolean",
    },
    "int_changes__leads": {"lead_key": KEY},
    "int_changes__conversions": {"conversion_key": KEY},
    "int_changes__journeys": {"journey_key": KEY},
    "channels": {"channel": TEXT, "is_paid": "boolean"},
}


def project_variables() -> dict:
    """The variables of the project as they ship."""
    return yaml.safe_load((DBT_PROJECT / "dbt_project.yml").read_text())["vars"]


class AttributionProject:
    """The compiled models, in the order in which they are built."""

    def __init__(self, folder: Path, variables: Mapping[str, object]) -> None:
        """Write and compile; `variables` stand over those of the project."""
        self.variables = {**project_variables(), **variables}
        self._folder = folder
        project = {
            "name": "lead_ledger",
            "version": "1.0",
            "profile": "lead_ledger",
            "macro-paths": [str(DBT_PROJECT / "macros")],
            "vars": self.variables,
            "flags": {"send_anonymous_usage_stats": False},
        }
        (folder / "models").mkdir(parents=True)
        (folder / "dbt_project.yml").write_text(yaml.safe_dump(project, sort_keys=False))
        (folder / "profiles.yml").write_text((DBT_PROJECT / "profiles.yml").read_text())
        for model in BUILT:
            shutil.copy(model, folder / "models" / model.name)
        for name in GIVEN:
            (folder / "models" / f"{name}.sql").write_text("select 1 as stands_in")
        compiled = self.compile()
        assert compiled.returncode == 0, compiled.stdout + compiled.stderr
        manifest = json.loads((folder / "target" / "manifest.json").read_text())
        nodes = {node["name"]: node for node in manifest["nodes"].values()}
        self._models = {
            name: (nodes[name]["relation_name"], sql) for name, sql in self._in_order(nodes)
        }
        self._given = {name: nodes[name]["relation_name"] for name in GIVEN}

    def compile(self) -> subprocess.CompletedProcess[str]:
        """What dbt makes of the project; fails where a declaration does not hold."""
        return subprocess.run(
            [
                *(str(Path(sys.executable).parent / "dbt"), "compile"),
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

    def run(self, given: Mapping[str, Sequence[Mapping[str, object]]]) -> duckdb.DuckDBPyConnection:
        """A warehouse in memory with all models built over the given rows, by name of the model."""
        con = duckdb.connect(config={"threads": 1})
        for relation in {*self._given.values(), *(name for name, _ in self._models.values())}:
            catalog, schema, _ = relation.replace('"', "").split(".")
            con.execute(f"attach if not exists ':memory:' as {catalog}")
            con.execute(f"create schema if not exists {catalog}.{schema}")
        for name, relation in self._given.items():
            columns = GIVEN[name]
            typed = ", ".join(f"{column} {kind}" for column, kind in columns.items())
            con.execute(f"create table {relation} ({typed})")
            insert(con, relation, list(columns), given.get(name, ()))
        for relation, sql in self._models.values():
            con.execute(f"create table {relation} as {sql}")
        return con

    def statements(self) -> dict[str, tuple[str, str | None]]:
        """Relation and SQL of each model in the order of building; no SQL for what is given."""
        given = {name: (relation, None) for name, relation in self._given.items()}
        return {**given, **self._models}

    def relation(self, name: str) -> str:
        """Where a built model stands."""
        return self._models[name][0]

    def _in_order(self, nodes: Mapping[str, Mapping]) -> Iterable[tuple[str, str]]:
        """Name and SQL of each built model behind those that it reads."""
        done: set[str] = set(GIVEN)
        waiting = [model.stem for model in BUILT]
        while waiting:
            name = next(
                name
                for name in waiting
                if {parent.split(".")[-1] for parent in nodes[name]["depends_on"]["nodes"]} <= done
            )
            waiting.remove(name)
            done.add(name)
            path = self._folder / f"target/compiled/lead_ledger/models/{name}.sql"
            yield name, path.read_text()


def insert(
    con: duckdb.DuckDBPyConnection,
    relation: str,
    columns: Sequence[str],
    rows: Sequence[Mapping[str, object]],
) -> None:
    """Write rows, of which a column may be missing."""
    if rows:
        table = pa.table({column: [row.get(column) for row in rows] for column in columns})
        con.register("given_rows", table)
        con.execute(f"insert into {relation} select * from given_rows")
        con.unregister("given_rows")
