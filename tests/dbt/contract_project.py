"""A dbt project of the real macros over contracts made for these tests, compiled once.

What dbt compiles is run here on a warehouse of its own, so that an example costs no dbt process.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import yaml

from orchestration.loading.contracts import SourceContract, read_contracts
from orchestration.loading.loader import LoadReport, load
from orchestration.settings import PROJECT_ROOT, Settings

DBT_PROJECT = PROJECT_ROOT / "dbt_project"
LOADED_AT = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)

PROJECT = {
    "name": "lead_ledger",
    "version": "1.0",
    "profile": "lead_ledger",
    "macro-paths": [str(DBT_PROJECT / "macros")],
    "vars": {"systems": ["crm"], "org_utc_offset_hours": 0},
    "flags": {"send_anonymous_usage_stats": False},
}


def text(name: str, **meta: object) -> dict:
    return {"name": name, "data_type": "varchar", "config": {"meta": meta}}


def column(name: str, data_type: str, **meta: object) -> dict:
    return {"name": name, "data_type": data_type, "config": {"meta": meta}}


TABLES = {
    # versions by a column, deletes by a flag or by a bare tombstone, required cells
    "lead": (
        {
            "key": ["id"],
            "version": "modified_at",
            "extract": "delta",
            "required": ["id", "name"],
            "tombstone": "_deleted",
        },
        [
            text("id"),
            text("name"),
            column("modified_at", "timestamp", clock=True),
            column("_deleted", "boolean"),
        ],
    ),
    # snapshots: what the newest full one lacks is gone
    "account": (
        {"key": ["id"], "extract": "full", "required": ["id", "size"]},
        [text("id"), column("size", "integer")],
    ),
    # no version column: extract time, then content
    "touch": ({"key": ["id", "day"], "extract": "delta"}, [text("id"), column("day", "date")]),
    # restated, without a key
    "spend": (
        {
            "key": [],
            "extract": "delta",
            "required": ["day", "cost"],
            "replaces": ["account", "day"],
        },
        [text("account"), column("day", "date"), column("cost", "decimal")],
    ),
    # restated per day, and keyed within it
    "quota": (
        {"key": ["owner", "day"], "extract": "delta", "required": ["size"], "replaces": ["day"]},
        [text("owner"), column("day", "date"), column("size", "integer")],
    ),
    # dirty cells
    "deal": (
        {
            "key": ["id"],
            "extract": "delta",
            "required": ["id", "stage"],
            "placeholders": ["Select", "N/A", "000000000000000AAA"],
        },
        [
            text("id"),
            text("stage"),
            text("owner_id"),
            # its own list replaces that of the table
            text("note", placeholders=[]),
            column("amount", "decimal", placeholders=["0.0"]),
            column("is_won", "boolean"),
            column("opened_at", "timestamp", format="%m/%d/%y %I:%M %p"),
            column("closed_on", "date", format=["%d-%m-%y", "%d.%m.%Y"]),
            column("valid_to", "date", open_end_values=["2050-01-01", "9999-12-31"]),
            column("due_at", "timestamp"),
            column("seats", "integer"),
        ],
    ),
}


class ContractProject:
    """The compiled project: contracts, and the SQL of a model by its name."""

    def __init__(self, folder: Path, models: Mapping[str, str]) -> None:
        """Write and compile it; `models` are further models, by name."""
        self.folder = folder
        files = {
            "dbt_project.yml": yaml.safe_dump(PROJECT),
            "profiles.yml": (DBT_PROJECT / "profiles.yml").read_text(),
            "models/sources.yml": yaml.safe_dump({"version": 2, "sources": [sources()]}),
        }
        for table in TABLES:
            files[f"models/{table}.sql"] = f"select * from {{{{ latest_rows('crm', '{table}') }}}}"
            files[f"models/{table}_rejects.sql"] = f"{{{{ rejected_rows('crm', '{table}') }}}}"
            files[f"models/{table}_fates.sql"] = (
                f"select * from {{{{ row_fates('crm', '{table}') }}}}"
            )
        files |= {f"models/{name}.sql": sql for name, sql in models.items()}
        for name, content in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
        self._compile()
        manifest = json.loads((folder / "target" / "manifest.json").read_text())
        self.contracts: Mapping[tuple[str, str], SourceContract] = read_contracts(manifest)

    def sql(self, model: str) -> str:
        return (self.folder / f"target/compiled/lead_ledger/models/{model}.sql").read_text()

    def _compile(self) -> None:
        environment = {"LEAD_LEDGER_HOME": str(self.folder), "PATH": os.environ["PATH"]}
        done = subprocess.run(
            [
                *(str(Path(sys.executable).parent / "dbt"), "compile"),
                *("--project-dir", str(self.folder), "--profiles-dir", str(self.folder)),
                *("--target", "prod", "--no-introspect"),
                *("--target-path", str(self.folder / "target")),
                *("--log-path", str(self.folder / "logs")),
            ],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr


def sources() -> dict:
    return {
        "name": "crm",
        "schema": "raw",
        "tables": [
            {
                "name": name,
                "identifier": f"crm__{name}",
                "config": {"meta": meta},
                "columns": columns,
            }
            for name, (meta, columns) in TABLES.items()
        ],
    }


class Warehouse:
    """One installation: put extracts in, load them, run compiled models."""

    def __init__(self, root: Path, project: ContractProject) -> None:
        """Make its folders; what stood there goes."""
        shutil.rmtree(root, ignore_errors=True)
        self.project = project
        self.settings = Settings(landing=root / "landing", home=root / "home")
        self.settings.landing.mkdir(parents=True)

    def put(self, path: str, content: str) -> Path:
        """Write one extract, `path` below the landing folder."""
        file = self.settings.landing / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
        return file

    def load(self) -> LoadReport:
        return load(self.settings, self.project.contracts, batch_id="batch", loaded_at=LOADED_AT)

    def run(self, model: str, columns: str = "*", order: str = "all") -> list[tuple]:
        """Rows of a compiled model, which is given as a name."""
        sql = self.project.sql(model)
        with duckdb.connect(str(self.settings.warehouse), read_only=True) as con:
            return con.execute(f"select {columns} from ({sql}) order by {order}").fetchall()
