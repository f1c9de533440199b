"""An installation in a temporary place: landing folder, contracts, a real warehouse."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from orchestration.loading.contracts import SourceContract, read_contracts
from orchestration.loading.loader import LoadReport, load
from orchestration.settings import Settings

LOADED_AT = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


def source_node(system: str, name: str, columns: Mapping[str, dict], **meta: Any) -> dict:
    """A source as dbt writes it into its manifest; columns by name with their meta."""
    return {
        "source_name": system,
        "name": name,
        "identifier": f"{system}__{name}",
        "config": {"meta": {"extract": "full", **meta}},
        "columns": {
            column: {"name": column, "data_type": "varchar", "config": {"meta": column_meta}}
            for column, column_meta in columns.items()
        },
    }


def contracts_of(*nodes: dict) -> dict[tuple[str, str], SourceContract]:
    return read_contracts({"sources": {f"source.{n}": node for n, node in enumerate(nodes)}})


class House:
    """One installation: put extracts in, load, look into raw."""

    def __init__(self, root: Path) -> None:
        self.settings = Settings(landing=root / "landing", home=root / "home")
        self.settings.landing.mkdir(parents=True)
        self.contracts = contracts_of(
            source_node(
                "crm",
                "lead",
                {"id": {}, "name": {}, "email": {"aliases": ["e_mail", "mail"]}},
                key=["id"],
                required=["id"],
            )
        )

    def put(self, content: bytes, name: str = "x.csv", folder: str = "crm/lead") -> Path:
        path = self.settings.landing / folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    def load(self, batch_id: str = "batch", **options: Any) -> LoadReport:
        return load(
            self.settings,
            self.contracts,
            **{"batch_id": batch_id, "loaded_at": LOADED_AT, **options},
        )

    def query(self, sql: str) -> list[tuple]:
        with duckdb.connect(str(self.settings.warehouse), read_only=True) as con:
            return con.execute(sql).fetchall()

    def rows(self, columns: str = "_source_row, id, name, email") -> list[tuple]:
        return self.query(f"select {columns} from raw.crm__lead order by _source_file, _source_row")

    def rejects(self) -> list[tuple]:
        return self.query(
            "select source_line, reason from raw._quarantine order by source_file, source_line"
        )
